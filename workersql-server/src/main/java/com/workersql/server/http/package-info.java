/**
 * The HTTP door: requests are read one at a time and in order, each answered by the route of its path; SQL by
 * {@link com.workersql.server.http.query}, and what becomes a WebSocket by {@link com.workersql.server.ws}.
 */
package com.workersql.server.http;
