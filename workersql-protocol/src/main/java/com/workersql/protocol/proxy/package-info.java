/**
 * The PROXY protocol, versions 1 and 2: who a proxy's client is, told in front of everything else. No I/O. Source:
 * haproxy.org "The PROXY protocol, versions 1 and 2".
 */
package com.workersql.protocol.proxy;
