// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

/**
 * An account on a shard.
 *
 * @param user the account's name
 * @param secret its password
 * @param database the schema that a connection begins in; null for none
 */
public record ShardAccount(String user, Secret secret, String database) {}
