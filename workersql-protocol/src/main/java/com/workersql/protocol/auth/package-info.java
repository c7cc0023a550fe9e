/**
 * Authentication: the arithmetic of the plugins for both sides, the servers' own textual verifiers, and the SPI through which a
 * server finds its users. No I/O; secrets are compared in constant time and wiped.
 */
package com.workersql.protocol.auth;
