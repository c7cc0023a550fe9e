// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import java.util.Objects;

/**
 * What stays the same from one statement of a session to the next. A session makes a new one when its tenant, schema,
 * {@code sql_mode} or character set changes, and hands the same one in with every statement in between.
 *
 * @param tenant who asks, known from the login; null where the session has no tenant
 * @param schema the session's current schema, or null
 * @param ansiQuotes whether {@code sql_mode} holds {@code ANSI_QUOTES}: a double quote delimits a name
 * @param noBackslashEscapes whether {@code sql_mode} holds {@code NO_BACKSLASH_ESCAPES}
 * @param charset the session's {@code character_set_client}
 * @param flavor the family of the shards
 * @param serverVersion the shards' lowest version as executable comments write it: 80036 is MySQL 8.0.36, 110405 is
 *     MariaDB 11.4.5
 * @param ownAccount whether the session's backend connections use an account that reaches nothing but the tenant's own
 *     data, so that a text that cannot be analysed may still be sent
 * @param strict whether {@code sql_mode} holds {@code STRICT_TRANS_TABLES} or {@code STRICT_ALL_TABLES}: a key is stored as it is
 *     given, or not at all
 */
public record StatementContext(
        String tenant,
        String schema,
        boolean ansiQuotes,
        boolean noBackslashEscapes,
        ClientCharset charset,
        ServerFlavor flavor,
        int serverVersion,
        boolean ownAccount,
        boolean strict) {

    /** Checks the parts. */
    public StatementContext {
        Objects.requireNonNull(charset, "charset");
        Objects.requireNonNull(flavor, "flavor");
    }

    /** A context of a session in strict mode, which is the servers' default. */
    public StatementContext(
            String tenant,
            String schema,
            boolean ansiQuotes,
            boolean noBackslashEscapes,
            ClientCharset charset,
            ServerFlavor flavor,
            int serverVersion,
            boolean ownAccount) {
        this(tenant, schema, ansiQuotes, noBackslashEscapes, charset, flavor, serverVersion, ownAccount, true);
    }

    /**
     * {@return a context without schema, with the default {@code sql_mode} and UTF-8}
     *
     * @param tenant who asks, or null
     * @param flavor the family of the shards
     * @param serverVersion the shards' lowest version
     */
    public static StatementContext of(String tenant, ServerFlavor flavor, int serverVersion) {
        return new StatementContext(tenant, null, false, false, ClientCharset.UTF8, flavor, serverVersion, false);
    }

    /**
     * {@return this context with another current schema}
     *
     * @param newSchema the schema, or null
     */
    public StatementContext withSchema(String newSchema) {
        return new StatementContext(
                tenant, newSchema, ansiQuotes, noBackslashEscapes, charset, flavor, serverVersion, ownAccount, strict);
    }

    /**
     * {@return this context with another {@code sql_mode}}
     *
     * @param newAnsiQuotes {@code ANSI_QUOTES}
     * @param newNoBackslashEscapes {@code NO_BACKSLASH_ESCAPES}
     */
    public StatementContext withSqlMode(boolean newAnsiQuotes, boolean newNoBackslashEscapes) {
        return new StatementContext(
                tenant,
                schema,
                newAnsiQuotes,
                newNoBackslashEscapes,
                charset,
                flavor,
                serverVersion,
                ownAccount,
                strict);
    }

    /**
     * {@return this context with another character set}
     *
     * @param newCharset the session's {@code character_set_client}
     */
    public StatementContext withCharset(ClientCharset newCharset) {
        return new StatementContext(
                tenant, schema, ansiQuotes, noBackslashEscapes, newCharset, flavor, serverVersion, ownAccount, strict);
    }

    /**
     * {@return this context with the account's reach}
     *
     * @param newOwnAccount whether the account reaches nothing but the tenant's own data
     */
    public StatementContext withOwnAccount(boolean newOwnAccount) {
        return new StatementContext(
                tenant, schema, ansiQuotes, noBackslashEscapes, charset, flavor, serverVersion, newOwnAccount, strict);
    }

    /**
     * {@return this context in or out of strict mode}
     *
     * @param newStrict whether {@code sql_mode} holds one of the strict modes
     */
    public StatementContext withStrict(boolean newStrict) {
        return new StatementContext(
                tenant, schema, ansiQuotes, noBackslashEscapes, charset, flavor, serverVersion, ownAccount, newStrict);
    }
}
