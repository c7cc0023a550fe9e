// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;

/**
 * The account by which connections log in to a server. Equal accounts have the same user, the same secret and the same
 * schema, so that a changed secret gives a new pool key. Its text never shows the secret.
 */
public final class BackendAccount {
    private final String user;
    private final byte[] secret;
    private final String database;

    /**
     * @param user name of the account
     * @param secret the password's bytes, copied; empty when the account has none
     * @param database the schema that is current after connecting; null for none
     */
    public BackendAccount(String user, byte[] secret, String database) {
        this.user = requireNonNull(user, "user");
        this.secret = secret.clone();
        this.database = database;
    }

    /**
     * An account whose password is text.
     *
     * @param user name of the account
     * @param password the password; empty when the account has none
     * @param database the schema that is current after connecting; null for none
     * @return the account with the password's UTF-8 bytes
     */
    public static BackendAccount of(String user, String password, String database) {
        return new BackendAccount(user, password.getBytes(StandardCharsets.UTF_8), database);
    }

    /** Name of the account. */
    public String user() {
        return user;
    }

    /** The password's bytes, a copy. */
    public byte[] secret() {
        return secret.clone();
    }

    /** The schema that is current after connecting; null for none. */
    public String database() {
        return database;
    }

    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        return other instanceof BackendAccount that
                && user.equals(that.user)
                && Objects.equals(database, that.database)
                && MessageDigest.isEqual(secret, that.secret);
    }

    @Override
    public int hashCode() {
        return 31 * user.hashCode() + Arrays.hashCode(secret);
    }

    @Override
    public String toString() {
        return database == null ? user : user + "/" + database;
    }
}
