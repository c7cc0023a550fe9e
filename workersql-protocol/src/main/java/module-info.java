/**
 * The MySQL and MariaDB wire protocol, server side and client side, for Netty.
 */
module com.workersql.protocol {
    requires transitive io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;

    exports com.workersql.protocol;
    exports com.workersql.protocol.session;
    exports com.workersql.protocol.frame;
    exports com.workersql.protocol.message.client;
    exports com.workersql.protocol.message.server;
    exports com.workersql.protocol.wire;
}
