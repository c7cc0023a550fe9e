/** Whether the shards' tables are what the routing policy takes them for. */
package com.workersql.server.placement;
