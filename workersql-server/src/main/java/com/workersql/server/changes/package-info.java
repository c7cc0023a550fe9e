/**
 * What changes in tables, read from the shards' binary logs and given to whoever has subscribed: one reader for each shard and any
 * number of subscribers. Whole transactions, in the order of each shard's log, with a position behind each change.
 */
package com.workersql.server.changes;
