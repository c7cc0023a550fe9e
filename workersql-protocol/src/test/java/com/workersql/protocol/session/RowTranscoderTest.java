// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.value.RecordedReply;
import com.workersql.protocol.value.ResultSetWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both forms of the same result were recorded from real servers: each has to become the other. */
class RowTranscoderTest {
    private static final CapabilityFlags RECORDED = ReplyBytes.DEPRECATE_EOF;

    static Stream<RecordedReply> recorded() {
        return Stream.of("mysql-9.7", "mariadb-11.4").flatMap(server -> RecordedReply.of(server).stream());
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void binaryRowsBecomeTheTextThatTheServerPrints(RecordedReply reply) {
        byte[] text = transcode(ReplyKind.EXECUTE, RECORDED, RECORDED, reply.bytes(true), 1000);
        assertThat(rows(text, reply.columns(false).length))
                .isEqualTo(rows(reply.bytes(false), reply.columns(false).length));
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void textRowsBecomeTheBinaryRowsThatTheServerSends(RecordedReply reply) {
        byte[] binary = transcode(ReplyKind.QUERY, RECORDED, RECORDED, reply.bytes(false), 7);
        List<String> found = rows(binary, reply.columns(true).length);
        List<String> expected = rows(reply.bytes(true), reply.columns(true).length);
        if (losesDigits(reply)) {
            // Neither six digits nor a fixed number of decimals tell all bits; the text of what comes back is the same.
            byte[] text = transcode(ReplyKind.EXECUTE, RECORDED, RECORDED, binary, 1000);
            found = rows(text, reply.columns(false).length);
            expected = rows(reply.bytes(false), reply.columns(false).length);
        }
        assertThat(found).isEqualTo(expected);
    }

    private static boolean losesDigits(RecordedReply reply) {
        return Arrays.stream(reply.columns(false))
                .anyMatch(column -> column.type() == ColumnType.FLOAT
                        || (column.type() == ColumnType.DOUBLE
                                && column.decimals() < ColumnDefinition.NOT_FIXED_DECIMALS));
    }

    @Test
    void endsAndDefinitionsFollowTheClientsCapabilities() {
        ByteBuf out = Unpooled.buffer();
        new ResultSetWriter(out, 1, ReplyBytes.DEPRECATE_EOF, 2, false)
                .columns(List.of(ColumnDefinition.of("n", ColumnType.LONG)))
                .row(258)
                .end(3);
        byte[] found =
                transcode(ReplyKind.QUERY, ReplyBytes.DEPRECATE_EOF, ReplyBytes.CLASSIC, ByteBufUtil.getBytes(out), 2);
        assertThat(ByteBufUtil.hexDump(found))
                .endsWith("05000003" + "fe00000200" + "06000004" + "0000" + "02010000" + "05000005" + "fe03000200");
    }

    @Test
    void refusesATextThatIsNotWhatItsColumnSays() {
        ReplyBytes reply = new ReplyBytes(ReplyKind.QUERY, ReplyBytes.DEPRECATE_EOF);
        ByteBuf definition = Unpooled.buffer();
        ColumnDefinition.of("d", ColumnType.DATE).encode(definition, ReplyBytes.DEPRECATE_EOF);
        reply.columnCount(1).packet(ByteBufUtil.getBytes(definition)).textRow("yesterday");
        assertThatThrownBy(() ->
                        transcode(ReplyKind.QUERY, ReplyBytes.DEPRECATE_EOF, ReplyBytes.CLASSIC, reply.bytes(), 1000))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("\"yesterday\" is no date and no time");
    }

    @Test
    void givesALongResultInBatchesAndKeepsNoneOfIt() {
        ByteBuf out = Unpooled.buffer();
        ResultSetWriter writer = new ResultSetWriter(out, 1, ReplyBytes.CLASSIC, 2, false)
                .columns(List.of(ColumnDefinition.of("n", ColumnType.LONGLONG)));
        for (int i = 0; i < 20_000; i++) {
            writer.row(i);
        }
        writer.end(0);
        List<Integer> batches = new ArrayList<>();
        try (RowTranscoder transcoder = new RowTranscoder(UnpooledByteBufAllocator.DEFAULT, 1024, packets -> {
            batches.add(packets.readableBytes());
            packets.release();
        })) {
            ResponseScanner scanner = new ResponseScanner();
            scanner.begin(ReplyKind.QUERY, ReplyBytes.CLASSIC);
            transcoder.begin(ReplyKind.QUERY, ReplyBytes.CLASSIC, ReplyBytes.CLASSIC, 1, 2);
            scanner.scan(out, transcoder);
            assertThat(scanner.isDone()).isTrue();
        }
        assertThat(batches).hasSizeGreaterThan(5).allMatch(bytes -> bytes < 40_000);
    }

    private static byte[] transcode(
            ReplyKind kind, CapabilityFlags server, CapabilityFlags client, byte[] bytes, int pieceBytes) {
        ByteBuf out = Unpooled.buffer();
        try (RowTranscoder transcoder = new RowTranscoder(UnpooledByteBufAllocator.DEFAULT, 1 << 20, packets -> {
            out.writeBytes(packets);
            packets.release();
        })) {
            ResponseScanner scanner = new ResponseScanner();
            scanner.begin(kind, server);
            transcoder.begin(kind, server, client, 1, 2);
            for (int at = 0; at < bytes.length; at += pieceBytes) {
                scanner.scan(Unpooled.wrappedBuffer(bytes, at, Math.min(pieceBytes, bytes.length - at)), transcoder);
            }
            assertThat(scanner.isDone()).isTrue();
        }
        return ByteBufUtil.getBytes(out);
    }

    /** The payloads between the definitions and the end. */
    private static List<String> rows(byte[] bytes, int columns) {
        List<String> payloads = new ArrayList<>();
        for (ByteBuf in = Unpooled.wrappedBuffer(bytes); in.isReadable(); ) {
            int length = in.readUnsignedMediumLE();
            assertThat(in.readUnsignedByte()).isEqualTo((short) ((payloads.size() + 1) & 0xFF));
            payloads.add(ByteBufUtil.hexDump(in.readSlice(length)));
        }
        return payloads.subList(1 + columns, payloads.size() - 1);
    }
}
