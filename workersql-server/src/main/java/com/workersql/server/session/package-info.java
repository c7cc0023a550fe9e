/**
 * The hall of the gateway: what one client's statements run in, whatever door it came through. A {@link
 * com.workersql.server.session.ClientSession} is owned by one event loop.
 */
package com.workersql.server.session;
