// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.tenants;

/** A tenant that was not added or not dropped. The message says why and what to do. */
public final class TenantException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of reason there is. But for {@link #FAILED}, nothing has changed, and asking again is of no use. */
    public enum Reason {
        /** What was given is no name, no shard or no password. */
        MALFORMED,
        /** The name is taken, or the tenant is in a state that does not allow it. */
        CONFLICT,
        /** There is no such tenant. */
        UNKNOWN,
        /** It could not be done, perhaps not to its end; the same request may be made again. */
        FAILED
    }

    private final Reason reason;

    TenantException(Reason reason, String message) {
        this(reason, message, null);
    }

    TenantException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What kind of reason there is. */
    public Reason reason() {
        return reason;
    }
}
