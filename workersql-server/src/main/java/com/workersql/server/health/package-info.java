/** Watches the shards: who they are, and whether a shard that failed is back. */
package com.workersql.server.health;
