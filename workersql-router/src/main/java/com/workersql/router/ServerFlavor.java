// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

/** The family of the shards' server: it decides the grammar and which executable comments are run. */
public enum ServerFlavor {
    /** MySQL. */
    MYSQL,
    /** MariaDB. */
    MARIADB
}
