/**
 * The MySQL and MariaDB wire protocol, server side and client side, for Netty.
 */
module com.workersql.protocol {
    requires transitive io.netty.buffer;
    requires transitive io.netty.handler;
    requires transitive io.netty.transport;
    requires transitive java.security.jgss;
    requires io.netty.common;
    requires static com.github.luben.zstd_jni;

    exports com.workersql.protocol;
    exports com.workersql.protocol.auth;
    exports com.workersql.protocol.binlog;
    exports com.workersql.protocol.frame;
    exports com.workersql.protocol.message.client;
    exports com.workersql.protocol.message.server;
    exports com.workersql.protocol.netty;
    exports com.workersql.protocol.proxy;
    exports com.workersql.protocol.session;
    exports com.workersql.protocol.value;
    exports com.workersql.protocol.wire;
}
