/**
 * The way of a statement to its shard and back: route, permit, connection, relay, and what the session learns from the reply.
 */
package com.workersql.server.execute;
