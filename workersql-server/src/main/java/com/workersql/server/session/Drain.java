// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

/**
 * The event that tells a client's pipeline that the gateway stops: it is to let the client end what it has begun, and then to close.
 *
 * @param millis how long the client has for that
 */
public record Drain(int millis) {}
