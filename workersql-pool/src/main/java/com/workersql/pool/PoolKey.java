// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import java.util.Objects;

/**
 * What two borrowers must have in common to share a connection. A connection never changes its key: roles and other state
 * survive the protocol's resets, so neither account nor tenant may change under it.
 *
 * <p>Not a record, because it is looked up for each borrow and keeps its hash code.
 */
public final class PoolKey {
    private final Endpoint endpoint;
    private final BackendAccount account;
    private final String tenant;
    private final CapabilityFlags capabilities;
    private final TlsMode tls;
    private final int collation;
    private final int hash;

    /**
     * @param endpoint the server
     * @param account the account that logs in
     * @param tenant whose connection it is; null where there are no tenants
     * @param capabilities the capabilities to ask for that change what the server does or sends, for example
     *     CLIENT_FOUND_ROWS, CLIENT_DEPRECATE_EOF, CLIENT_MULTI_STATEMENTS; what the pool itself needs is added by it
     * @param tls encryption
     * @param collation id of the session's collation, 1 to 65535; also what a reset goes back to. One above 255 is set behind the
     *     handshake, and must be one that the server's family has
     */
    public PoolKey(
            Endpoint endpoint,
            BackendAccount account,
            String tenant,
            CapabilityFlags capabilities,
            TlsMode tls,
            int collation) {
        this.endpoint = requireNonNull(endpoint, "endpoint");
        this.account = requireNonNull(account, "account");
        this.tenant = tenant;
        this.capabilities = requireNonNull(capabilities, "capabilities");
        this.tls = requireNonNull(tls, "tls");
        if (collation < 1 || collation > 65_535) {
            throw new IllegalArgumentException("collation is " + collation + ", allowed are 1 to 65535");
        }
        this.collation = collation;
        this.hash = Objects.hash(endpoint, account, tenant, capabilities, tls, collation);
    }

    /** The server. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** The account that logs in. */
    public BackendAccount account() {
        return account;
    }

    /** Whose connection it is; null where there are no tenants. */
    public String tenant() {
        return tenant;
    }

    /** The capabilities to ask for. */
    public CapabilityFlags capabilities() {
        return capabilities;
    }

    /** Encryption. */
    public TlsMode tls() {
        return tls;
    }

    /** Id of the session's collation. */
    public int collation() {
        return collation;
    }

    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        return other instanceof PoolKey that
                && hash == that.hash
                && collation == that.collation
                && tls == that.tls
                && capabilities.equals(that.capabilities)
                && Objects.equals(tenant, that.tenant)
                && endpoint.equals(that.endpoint)
                && account.equals(that.account);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return endpoint + " as " + account + (tenant == null ? "" : " for " + tenant);
    }
}
