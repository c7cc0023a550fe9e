// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.tenants;

import com.workersql.pool.PooledClient;
import com.workersql.pool.QueryFailedException;
import com.workersql.server.tenants.TenantException.Reason;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Makes and drops databases and accounts on shards. Each step may be done again. Blocks: not for event loops. Names come from
 * {@link com.workersql.server.config.Names} and passwords are made at random, so that neither needs more than quotes.
 */
public final class ShardAdministrator {
    private static final int NO_SUCH_THREAD = 1094;
    private static final long TIMEOUT_SECONDS = 60;

    private final Function<String, PooledClient> shards;

    /**
     * An administrator.
     *
     * @param shards gives the client of a shard by its name, with an account that may do this; null for a shard without
     */
    public ShardAdministrator(Function<String, PooledClient> shards) {
        this.shards = shards;
    }

    boolean hasDatabase(String shard, String name) {
        return !query(shard, "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '" + name + "'")
                .isEmpty();
    }

    boolean hasAccount(String shard, String name) {
        return !query(shard, "SELECT 1 FROM mysql.user WHERE User = '" + name + "' LIMIT 1")
                .isEmpty();
    }

    /** Makes the tenant's database, and its account, which reaches only that. */
    void create(AddedTenant tenant) {
        String database = "`" + tenant.name() + "`";
        String password = tenant.accountPassword().text();
        query(tenant.shard(), "CREATE DATABASE IF NOT EXISTS " + database + " CHARACTER SET utf8mb4");
        query(
                tenant.shard(),
                "CREATE USER IF NOT EXISTS " + account(tenant.name()) + " IDENTIFIED BY '" + password + "'");
        query(tenant.shard(), "ALTER USER " + account(tenant.name()) + " IDENTIFIED BY '" + password + "'");
        // In the database's name of a GRANT, _ and % stand for any character.
        query(
                tenant.shard(),
                "GRANT ALL PRIVILEGES ON " + database.replace("_", "\\_") + ".* TO " + account(tenant.name()));
    }

    /** Drops the tenant's account and ends its connections, whoever holds them. */
    void dropAccount(String shard, String name) {
        query(shard, "DROP USER IF EXISTS " + account(name));
        for (var row : query(shard, "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '" + name + "'")) {
            try {
                query(shard, "KILL " + row.get(0));
            } catch (TenantException e) {
                if (!(e.getCause() instanceof QueryFailedException failed) || failed.errno() != NO_SUCH_THREAD) {
                    throw e;
                }
            }
        }
    }

    void dropDatabase(String shard, String name) {
        query(shard, "DROP DATABASE IF EXISTS `" + name + "`");
    }

    private static String account(String name) {
        return "'" + name + "'@'%'";
    }

    private List<List<Object>> query(String shard, String sql) {
        var client = shards.apply(shard);
        if (client == null) {
            throw new TenantException(Reason.FAILED, "there is no shard " + shard);
        }
        try {
            return client.query(sql)
                    .toCompletableFuture()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .rows();
        } catch (ExecutionException e) {
            throw new TenantException(
                    Reason.FAILED,
                    "shard " + shard + ": " + e.getCause().getMessage() + "; the same request may be made again",
                    e.getCause());
        } catch (TimeoutException e) {
            throw new TenantException(
                    Reason.FAILED,
                    "shard " + shard + " did not answer within " + TIMEOUT_SECONDS
                            + " s; the same request may be made again",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TenantException(Reason.FAILED, "the gateway is stopping; the same request may be made again", e);
        }
    }
}
