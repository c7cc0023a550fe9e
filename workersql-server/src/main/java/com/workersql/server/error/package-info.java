/** One error model, rendered as a MySQL ERR packet, as an HTTP problem and as a WebSocket message. */
package com.workersql.server.error;
