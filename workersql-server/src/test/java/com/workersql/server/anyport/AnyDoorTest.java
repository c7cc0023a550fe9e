// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.anyport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnyDoorTest {
    private final Door mysql = new Door();
    private final Door http = new Door();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    AnyDoorTest() {
        channel.freezeTime();
        channel.pipeline().addLast(new AnyDoor(mysql, http, 50));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    /** Keeps what comes. */
    @Sharable
    private static final class Door extends ChannelInboundHandlerAdapter {
        private final StringBuilder bytes = new StringBuilder();
        private int opened;

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            opened++;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            var part = (ByteBuf) message;
            bytes.append(part.toString(StandardCharsets.ISO_8859_1));
            part.release();
        }
    }

    private void send(String latin1) {
        channel.writeInbound(Unpooled.copiedBuffer(latin1, StandardCharsets.ISO_8859_1));
    }

    private void later(int millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    @ParameterizedTest
    @CsvSource({"GET / HTTP/1.1", "PRI * HTTP/2.0", "P", "'\u0016\u0003\u0001'"})
    void isTheHttpDoorForWhoSpeaksFirstAsHttpOrTlsDo(String first) {
        send(first);
        later(100);

        assertThat(http.bytes).hasToString(first);
        assertThat(http.opened).isEqualTo(1);
        assertThat(mysql.opened).isZero();
    }

    @Test
    void isTheMySqlDoorForWhoWaits() {
        later(49);
        assertThat(mysql.opened).isZero();
        later(1);
        assertThat(mysql.opened).isEqualTo(1);
        send("GET later");

        assertThat(mysql.bytes).hasToString("GET later");
        assertThat(http.opened).isZero();
    }

    @Test
    void leavesGarbageToTheMySqlDoor() {
        send("\u0000\u0001");

        assertThat(mysql.bytes).hasToString("\u0000\u0001");
    }

    @Test
    void forgetsWhoLeavesAtOnce() {
        channel.close();
        later(100);

        assertThat(mysql.opened + http.opened).isZero();
    }
}
