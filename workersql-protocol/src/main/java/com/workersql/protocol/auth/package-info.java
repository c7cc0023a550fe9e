/**
 * Authentication: the arithmetic of {@code mysql_native_password} and {@code caching_sha2_password} for both sides, MySQL's own
 * textual verifiers, and the SPI through which a server finds its users. No I/O; secrets are compared in constant time.
 */
package com.workersql.protocol.auth;
