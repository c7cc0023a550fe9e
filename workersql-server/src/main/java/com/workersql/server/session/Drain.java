// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

/** The event that tells a client's pipeline to let the client end what it has begun, and then to close. */
public enum Drain {
    /** The gateway stops. */
    BEGIN
}
