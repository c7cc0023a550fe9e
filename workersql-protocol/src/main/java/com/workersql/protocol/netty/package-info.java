/**
 * The protocol in a Netty pipeline: thin handlers around the state machines of the other packages, and TLS.
 */
package com.workersql.protocol.netty;
