/**
 * Shards that the gateway starts by itself: real database servers as child processes, each with its own data directory. For a first
 * look, for development and for tests; a production fleet is named in the configuration instead.
 */
package com.workersql.server.embedded;
