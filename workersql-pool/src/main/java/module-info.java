/**
 * Pooled connections to MySQL and MariaDB servers on Netty.
 */
module com.workersql.pool {
    requires transitive com.workersql.protocol;
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.handler;
    requires transitive io.netty.transport;

    exports com.workersql.pool;
}
