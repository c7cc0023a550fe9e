// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.server.session.Drain;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** HTTP/2 with prior knowledge: Netty's client and the door, their bytes carried over by hand. */
class Http2Test {
    private final TestDoor door = new TestDoor();
    private final List<Object> frames = new ArrayList<>();
    private final EmbeddedChannel client = new EmbeddedChannel(
            Http2FrameCodecBuilder.forClient().build(),
            new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
            new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    frames.add(message instanceof Http2GoAwayFrame goAway ? new GoAway(goAway.errorCode()) : message);
                    ReferenceCountUtil.release(message);
                }
            });

    private record GoAway(long code) {}

    /** A request of the client's, and what has come of its answer. */
    private static final class Stream extends ChannelInboundHandlerAdapter {
        private final StringBuilder text = new StringBuilder();
        private Channel channel;
        private String status;
        private boolean ended;
        private boolean reset;
        private long resetCode;
        private String length;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2HeadersFrame headers) {
                status = headers.headers().status().toString();
                length = String.valueOf(headers.headers().get("content-length"));
                ended |= headers.isEndStream();
            } else if (message instanceof Http2DataFrame data) {
                text.append(data.content().toString(StandardCharsets.UTF_8));
                ended |= data.isEndStream();
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof Http2ResetFrame frame) {
                reset = true;
                resetCode = frame.errorCode();
            }
            ReferenceCountUtil.release(event);
        }
    }

    @AfterEach
    void close() {
        client.finishAndReleaseAll();
        door.close();
        assertThat(door.sessions().openCount()).isZero();
    }

    /** Carries bytes to and fro until neither side says more. */
    private void carry() {
        boolean moved = true;
        while (moved) {
            moved = false;
            client.runPendingTasks();
            door.channel().runPendingTasks();
            for (ByteBuf part = client.readOutbound(); part != null; part = client.readOutbound()) {
                door.channel().writeInbound(part);
                moved = true;
            }
            door.channel().runPendingTasks();
            for (ByteBuf part = door.channel().readOutbound();
                    part != null;
                    part = door.channel().readOutbound()) {
                client.writeInbound(part);
                moved = true;
            }
        }
    }

    private Stream open(String method, String path, String body) {
        var stream = begin(method, path, body == null);
        if (body != null) {
            var content = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
            stream.channel.writeAndFlush(new DefaultHttp2DataFrame(content, true));
        }
        return stream;
    }

    private Stream begin(String method, String path, boolean whole) {
        var stream = new Stream();
        stream.channel =
                new Http2StreamChannelBootstrap(client).handler(stream).open().getNow();
        var headers = new DefaultHttp2Headers()
                .method(method)
                .path(path)
                .scheme("http")
                .authority("h")
                .add(
                        "authorization",
                        TestDoor.authorization()
                                .substring("Authorization: ".length())
                                .strip())
                .add("content-type", "application/json");
        stream.channel.writeAndFlush(new DefaultHttp2HeadersFrame(headers, whole));
        return stream;
    }

    @Test
    void makesNoWebSocketOfAStream() {
        var stream = new Stream();
        stream.channel =
                new Http2StreamChannelBootstrap(client).handler(stream).open().getNow();
        var headers = new DefaultHttp2Headers()
                .method("CONNECT")
                .path("/v1/ws")
                .scheme("http")
                .authority("h")
                .add(":protocol", "websocket")
                .add("sec-websocket-version", "13")
                .add("authorization", TestDoor.authorization().substring(15).strip());
        stream.channel.writeAndFlush(new DefaultHttp2HeadersFrame(headers, false));
        carry();
        var upgrade = open("GET", "/v1/ws", null);
        carry();
        assertThat(upgrade.status).isEqualTo("426");
        door.later(30_000);
        carry();

        assertThat(stream.status).isNotEqualTo("200");
        assertThat(stream.reset || stream.status != null).as("it is not kept").isTrue();
    }

    @Test
    void answersRequests() {
        var alive = open("GET", "/livez", null);
        var missing = open("GET", "/none", null);
        carry();

        assertThat(alive.status).isEqualTo("200");
        assertThat(alive.text.toString()).isEqualTo("{\"status\":\"alive\"}");
        assertThat(missing.status).isEqualTo("404");
    }

    @Test
    void answersHeadByHeadersAlone() {
        var head = open("HEAD", "/livez", null);
        carry();

        assertThat(head.status).isEqualTo("200");
        assertThat(head.length).isEqualTo("18");
        assertThat(head.text).isEmpty();
        assertThat(head.ended).isTrue();
        assertThat(head.reset).isFalse();
    }

    private void sendMore(Stream stream, boolean last) {
        stream.channel.writeAndFlush(
                new DefaultHttp2DataFrame(Unpooled.buffer(6_000).writeZero(6_000), last));
        carry();
    }

    /** RFC 9113, section 8.1: by another code a client would take the answer for one that broke off. */
    @Test
    void asksForNoMoreOfARequestThatItHasAnswered() {
        var stream = begin("POST", "/v1/query", false);
        sendMore(stream, false);
        assertThat(stream.status).isEqualTo("413");
        assertThat(stream.ended).isTrue();
        door.later(1_000);
        carry();

        assertThat(stream.reset).isTrue();
        assertThat(stream.resetCode).isEqualTo(Http2Error.NO_ERROR.code());
    }

    /** Some clients look at no answer before they have sent everything. */
    @Test
    void takesTheRestOfARequestThatItHasAnswered() {
        var stream = begin("POST", "/v1/query", false);
        for (int i = 0; i < 30; i++) {
            sendMore(stream, false);
            assertThat(stream.reset).isFalse();
            door.later(900);
        }
        sendMore(stream, true);
        assertThat(stream.reset).isFalse();
        assertThat(stream.channel.isOpen()).isFalse();

        var endless = begin("POST", "/v1/query", false);
        for (int i = 0; i < 40 && !endless.reset; i++) {
            sendMore(endless, false);
            door.later(900);
            carry();
        }
        assertThat(endless.reset).as("within the time of a body").isTrue();
        assertThat(endless.resetCode).isEqualTo(Http2Error.NO_ERROR.code());
    }

    /** A query that is answered by a row of 800,000 bytes, of which its client reads nothing yet. */
    private Stream openOfALargeRow() {
        var slow = open("POST", "/v1/query", "{\"sql\":\"SELECT a FROM t\"}");
        carry();
        slow.channel.config().setAutoRead(false);
        door.sessions()
                .latest()
                .reply()
                .columns(ColumnDefinition.of("a", ColumnType.VAR_STRING))
                .row("x".repeat(800_000))
                .end();
        return slow;
    }

    @Test
    void givesAClientTheTimeThatALargeRowTakesIt() {
        var slow = openOfALargeRow();
        for (int i = 0; i < 10; i++) {
            carry();
            door.later(29_000);
            // The other side hears of what was read when it is half of the window.
            for (int frames = 0; frames < 4; frames++) {
                slow.channel.read();
            }
        }
        slow.channel.config().setAutoRead(true);
        carry();

        assertThat(slow.ended).isTrue();
        assertThat(slow.reset).isFalse();
        assertThat(slow.text.toString()).contains("x".repeat(800_000)).endsWith("\"success\":true}");
    }

    @Test
    void closesAStreamWhoseClientStopsReading() {
        var slow = openOfALargeRow();
        carry();
        door.later(30_000);
        door.later(30_000);
        slow.channel.config().setAutoRead(true);
        carry();

        assertThat(slow.ended).isFalse();
        assertThat(slow.reset).isTrue();
    }

    @Test
    void runsStatementsOfOneConnectionSideBySide() {
        var first = open("POST", "/v1/query", "{\"sql\":\"UPDATE t SET a = 1\"}");
        var second = open("POST", "/v1/query", "{\"sql\":\"UPDATE t SET a = 2\"}");
        carry();
        assertThat(door.sessions().statements()).hasSize(2);
        door.sessions().statements().get(1).reply().ok(2, 0, 0);
        carry();
        assertThat(first.status).isNull();
        assertThat(second.text.toString()).contains("\"rowsAffected\":2").endsWith("\"success\":true}");
        door.sessions().statements().get(0).reply().ok(1, 0, 0);
        carry();
        assertThat(first.text.toString()).contains("\"rowsAffected\":1");
    }

    @Test
    void endsTheStatementOfAStreamThatItsClientResets() {
        var stream = open("POST", "/v1/query", "{\"sql\":\"SELECT SLEEP(9)\"}");
        carry();
        assertThat(door.sessions().openCount()).isEqualTo(1);
        stream.channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
        carry();

        assertThat(door.sessions().openCount()).isZero();
        assertThat(door.channel().isOpen()).isTrue();
    }

    @Test
    void saysHowManyStreamsAndHeaderBytesItTakes() {
        carry();
        var settings = frames.stream()
                .filter(Http2SettingsFrame.class::isInstance)
                .map(frame -> ((Http2SettingsFrame) frame).settings())
                .findFirst()
                .orElseThrow();

        assertThat(settings.maxConcurrentStreams()).isEqualTo(10);
        assertThat(settings.maxHeaderListSize()).isEqualTo(2_000);
    }

    @Test
    void calmsAClientThatResetsWhatItOpens() {
        carry();
        for (int i = 0; i < 400 && door.channel().isOpen(); i++) {
            var stream = open("POST", "/v1/query", "{\"sql\":\"S\"}");
            stream.channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
            carry();
        }

        assertThat(frames).contains(new GoAway(Http2Error.ENHANCE_YOUR_CALM.code()));
    }

    @Test
    void resetsAStreamWhoseAnswerBreaksOff() {
        var stream = open("POST", "/v1/query", "{\"sql\":\"SELECT a FROM t\"}");
        carry();
        var reply = door.sessions().latest().reply().columns(ColumnDefinition.of("a", ColumnType.VAR_STRING));
        for (int i = 0; i < 20; i++) {
            reply.row("x".repeat(3_000));
            carry();
        }
        for (int i = 0; i < 5; i++) {
            reply.row("x".repeat(3_000));
            carry();
        }
        reply.error(2013, "HY000", "lost");
        carry();

        assertThat(stream.status).isEqualTo("200");
        assertThat(stream.ended).isFalse();
        assertThat(stream.reset).isTrue();
    }

    @Test
    void resetsAStreamWhoseRequestIsMalformed() {
        for (var missing : new String[] {":method", ":path", ":scheme"}) {
            var stream = new Stream();
            stream.channel = new Http2StreamChannelBootstrap(client)
                    .handler(stream)
                    .open()
                    .getNow();
            var headers = new DefaultHttp2Headers(false)
                    .method("GET")
                    .path("/livez")
                    .scheme("http")
                    .authority("h");
            headers.remove(missing);
            stream.channel.writeAndFlush(new DefaultHttp2HeadersFrame(headers, true));
            carry();

            assertThat(stream.reset).as(missing).isTrue();
            assertThat(stream.status).isNull();
        }
        assertThat(door.channel().isOpen()).isTrue();
    }

    @Test
    void saysGoodbyeWhenTheGatewayStops() {
        var stream = open("POST", "/v1/query", "{\"sql\":\"UPDATE t SET a = 1\"}");
        carry();
        door.channel().pipeline().fireUserEventTriggered(new Drain(30_000));
        carry();
        assertThat(frames).anyMatch(GoAway.class::isInstance);
        assertThat(door.channel().isOpen()).as("a statement runs").isTrue();
        door.sessions().latest().reply().ok(1, 0, 0);
        carry();

        assertThat(stream.text.toString()).contains("\"rowsAffected\":1");
        assertThat(door.channel().isOpen()).isFalse();
    }

    @Test
    void servesAConnectionThatItHasLetInWhileItTurnsOthersAway() {
        carry();
        var neverSent = new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
                ReferenceCountUtil.release(message);
            }
        };
        var others = new ArrayList<EmbeddedChannel>();
        for (int i = 0; i < 9; i++) {
            others.add(new EmbeddedChannel(door.door()));
        }
        others.add(new EmbeddedChannel(neverSent, door.door()));
        var stream = open("GET", "/livez", null);
        carry();

        assertThat(stream.status).isEqualTo("200");
        others.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    @Test
    void waitsForNoStreamOfAClientThatIsCutOff() {
        var stream = open("POST", "/v1/query", "{\"sql\":\"UPDATE t SET a = 1\"}");
        carry();
        door.channel().pipeline().fireUserEventTriggered(new Drain(1_000));
        carry();
        assertThat(door.channel().isOpen()).isTrue();
        door.channel().close();
        carry();

        assertThat(door.channel().isOpen()).isFalse();
        assertThat(stream.status).isNull();
    }

    @Test
    void closesAConnectionOnWhichNothingIsAsked() {
        carry();
        door.later(10_001);

        assertThat(door.channel().isOpen()).isFalse();
    }

    @Test
    void takesWhatOnlyBeginsAlikeForHttp1() {
        try (var other = new TestDoor()) {
            other.send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n");
            assertThat(other.received()).startsWith("HTTP/1.1 400");
        }
    }
}
