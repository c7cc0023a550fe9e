/**
 * WebSockets: statements and transactions as JSON messages, each answered by one message with the same id. A transaction is a
 * session of its own on the socket's event loop.
 */
package com.workersql.server.ws;
