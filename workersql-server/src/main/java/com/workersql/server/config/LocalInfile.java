// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

/** {@code local_infile}: whether clients may load files of their own, by LOAD DATA LOCAL and LOAD XML LOCAL. */
public enum LocalInfile {
    /** Refused by error 3948; the default. */
    OFF,
    /** A client that offers files is asked for the one that its statement names, when the statement's shard asks for it. */
    ON
}
