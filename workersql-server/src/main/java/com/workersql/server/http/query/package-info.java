/**
 * A statement asked for in JSON and its answer as JSON, the same over HTTP and WebSocket: the request's parser, the run of the
 * statement in a session, and the writer that turns rows into JSON as they arrive.
 */
package com.workersql.server.http.query;
