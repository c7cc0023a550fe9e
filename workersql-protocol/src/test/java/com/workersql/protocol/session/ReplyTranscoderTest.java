// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static com.workersql.protocol.StatusFlags.SERVER_MORE_RESULTS_EXISTS;
import static com.workersql.protocol.StatusFlags.SERVER_PS_OUT_PARAMS;
import static com.workersql.protocol.StatusFlags.SERVER_STATUS_AUTOCOMMIT;
import static com.workersql.protocol.StatusFlags.SERVER_STATUS_CURSOR_EXISTS;
import static com.workersql.protocol.StatusFlags.SERVER_STATUS_IN_TRANS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.SessionTrack;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyTranscoderTest {
    private static final int AUTOCOMMIT = SERVER_STATUS_AUTOCOMMIT;
    private static final Map<String, ReplyBytes> SHAPES = ReplyShapes.all();

    static Stream<Arguments> shapes() {
        return SHAPES.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void saysTheSameWithAndWithoutEofs(String name, ReplyBytes reply) {
        boolean deprecated = reply.isDeprecateEof();
        CapabilityFlags client = deprecated
                ? reply.capabilities.without(CapabilityFlags.CLIENT_DEPRECATE_EOF)
                : reply.capabilities.with(CapabilityFlags.CLIENT_DEPRECATE_EOF);
        client = client.with(CapabilityFlags.MARIADB_CLIENT_PROGRESS);
        byte[] bytes = reply.bytes();
        List<String> expected = read(reply.kind, reply.capabilities, bytes);
        byte[] other = null;
        for (int piece : new int[] {bytes.length, 1, 2, 3, 5, 7, 11, 100}) {
            byte[] transcoded = transcode(reply, client, rewriter(reply.capabilities, client), bytes, piece);
            assertThat(read(reply.kind, client, transcoded))
                    .as("pieces of " + piece)
                    .isEqualTo(expected);
            assertThat(other == null || Arrays.equals(transcoded, other)).isTrue();
            other = transcoded;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void passesRunsUntouchedWhereNothingDiffers(String name, ReplyBytes reply) {
        byte[] bytes = reply.bytes();
        CapabilityFlags client = reply.capabilities.with(CapabilityFlags.MARIADB_CLIENT_PROGRESS);
        OkRewriter same = new OkRewriter(reply.capabilities, client, SessionTrackFilter.ALL, 0, 0);
        assertThat(same.changesAnything()).isFalse();
        assertThat(transcode(reply, client, same, bytes, bytes.length)).isEqualTo(bytes);
    }

    @Test
    void t42AReplyOfAnEofServerIsReadByAClientWithoutEofs() {
        ReplyBytes reply = new ReplyBytes(ReplyKind.QUERY, ReplyBytes.CLASSIC)
                .columnCount(1)
                .metadata(1, AUTOCOMMIT)
                .textRow("x")
                .end(AUTOCOMMIT);
        byte[] found = transcode(
                reply,
                ReplyBytes.DEPRECATE_EOF,
                rewriter(ReplyBytes.CLASSIC, ReplyBytes.DEPRECATE_EOF),
                reply.bytes(),
                9);
        // The row has the id of the EOF that was left out; status and warnings have changed places.
        assertThat(ByteBufUtil.hexDump(found)).endsWith("02000003" + "0178" + "07000004" + "fe000002000200");
    }

    @Test
    void t45AnOpenedCursorEndsByOneEof() {
        int open = AUTOCOMMIT | SERVER_STATUS_CURSOR_EXISTS;
        ReplyBytes reply = new ReplyBytes(ReplyKind.EXECUTE, ReplyBytes.DEPRECATE_EOF)
                .columnCount(2)
                .definitions(2)
                .end(open);
        byte[] found = transcode(
                reply, ReplyBytes.CLASSIC, rewriter(ReplyBytes.DEPRECATE_EOF, ReplyBytes.CLASSIC), reply.bytes(), 1000);
        assertThat(ByteBufUtil.hexDump(found)).endsWith("05000004" + "fe02004200");
        assertThat(read(ReplyKind.EXECUTE, ReplyBytes.CLASSIC, found))
                .endsWith("end 66 2")
                .hasSize(4);
    }

    @Test
    void t44OutParametersThatOnlyTheEofBehindTheirColumnsTellOfAreToldByTheTerminator() {
        int out = AUTOCOMMIT | SERVER_MORE_RESULTS_EXISTS | SERVER_PS_OUT_PARAMS;
        ReplyBytes reply = new ReplyBytes(ReplyKind.EXECUTE, ReplyBytes.CLASSIC)
                .columnCount(1)
                .metadata(1, out)
                .row(0, 0, 1, 'o')
                .end(AUTOCOMMIT)
                .ok(AUTOCOMMIT);
        byte[] found = transcode(
                reply,
                ReplyBytes.DEPRECATE_EOF,
                rewriter(ReplyBytes.CLASSIC, ReplyBytes.DEPRECATE_EOF),
                reply.bytes(),
                3);
        assertThat(read(ReplyKind.EXECUTE, ReplyBytes.DEPRECATE_EOF, found))
                .endsWith("packet 0000016f", "end " + out + " 2", "ok 300 2");
    }

    @Test
    void bitsOfEveryStatusAreSetAndCleared() {
        for (ReplyBytes reply : List.of(SHAPES.get("text rows (EOF)"), SHAPES.get("text rows (no EOF)"))) {
            OkRewriter rewriter = new OkRewriter(
                    reply.capabilities,
                    reply.capabilities,
                    SessionTrackFilter.ALL,
                    SERVER_STATUS_IN_TRANS,
                    SERVER_STATUS_AUTOCOMMIT);
            byte[] found = transcode(reply, reply.capabilities, rewriter, reply.bytes(), 8);
            assertThat(read(reply.kind, reply.capabilities, found)).contains("end 1 2");
            assertThat(found).hasSize(reply.bytes().length);
        }
    }

    @Test
    void sequenceIdsBehindWhatIsPutInWrapLikeTheOthers() {
        ReplyBytes reply = SHAPES.get("three hundred rows (no EOF)");
        byte[] found = transcode(
                reply, ReplyBytes.CLASSIC, rewriter(ReplyBytes.DEPRECATE_EOF, ReplyBytes.CLASSIC), reply.bytes(), 1000);
        ByteBuf in = Unpooled.wrappedBuffer(found);
        for (int i = 1; in.isReadable(); i++) {
            int length = in.readUnsignedMediumLE();
            assertThat(in.readUnsignedByte()).isEqualTo((short) (i & 0xFF));
            in.skipBytes(length);
        }
    }

    @Test
    void reportsOfProgressAreLeftOutForAClientThatDoesNotKnowThem() {
        ReplyBytes reply = SHAPES.get("progress before rows (no EOF)");
        byte[] found = transcode(
                reply,
                ReplyBytes.DEPRECATE_EOF,
                rewriter(ReplyBytes.DEPRECATE_EOF, ReplyBytes.DEPRECATE_EOF),
                reply.bytes(),
                4);
        ReplyBytes without = SHAPES.get("text rows (no EOF)");
        assertThat(found).isEqualTo(without.bytes());
    }

    @Test
    void extendedDefinitionsBecomePlainOnesAndPlainOnesExtended() {
        CapabilityFlags extended = ReplyBytes.DEPRECATE_EOF.with(CapabilityFlags.MARIADB_CLIENT_EXTENDED_METADATA);
        ColumnDefinition uuid =
                new ColumnDefinition("s", "t", "t", "id", "id", 45, 36, ColumnType.STRING, 0, 0, "uuid", null);
        ByteBuf definition = Unpooled.buffer();
        uuid.encode(definition, extended);
        ReplyBytes reply = new ReplyBytes(ReplyKind.QUERY, extended)
                .columnCount(1)
                .packet(ByteBufUtil.getBytes(definition))
                .textRow("x")
                .end(AUTOCOMMIT);
        for (int piece : new int[] {1, 2, 6, 1000}) {
            byte[] found =
                    transcode(reply, ReplyBytes.CLASSIC, rewriter(extended, ReplyBytes.CLASSIC), reply.bytes(), piece);
            assertThat(read(ReplyKind.QUERY, ReplyBytes.CLASSIC, found))
                    .hasSize(4)
                    .endsWith("packet 0178", "end 2 2");
            ReplyBytes plain = new ReplyBytes(ReplyKind.QUERY, ReplyBytes.CLASSIC);
            byte[] back = transcode(plain, extended, rewriter(ReplyBytes.CLASSIC, extended), found, piece);
            List<String> again = read(ReplyKind.QUERY, extended, back);
            assertThat(again).hasSize(4).endsWith("packet 0178", "end 2 2");
            ByteBuf plainAgain = Unpooled.wrappedBuffer(
                    ByteBufUtil.decodeHexDump(again.get(1).substring("packet ".length())));
            assertThat(ColumnDefinition.decode(plainAgain, extended).orgName()).isEqualTo("id");
        }
    }

    @Test
    void refusesAServerThatMayLeaveOutWhatTheClientNeeds() {
        CapabilityFlags cached = ReplyBytes.CLASSIC.with(CapabilityFlags.MARIADB_CLIENT_CACHE_METADATA);
        ReplyTranscoder transcoder = new ReplyTranscoder(UnpooledByteBufAllocator.DEFAULT, ByteBuf::release);
        assertThatThrownBy(() -> transcoder.begin(
                        ReplyKind.EXECUTE, cached, ReplyBytes.CLASSIC, rewriter(cached, ReplyBytes.CLASSIC), 2))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onlyTheChangesThatAClientAskedForPass() {
        CapabilityFlags tracked = ReplyBytes.DEPRECATE_EOF.with(CapabilityFlags.CLIENT_SESSION_TRACK);
        Ok ok = new Ok(
                true,
                3,
                4,
                AUTOCOMMIT,
                1,
                "info",
                List.of(
                        new SessionTrack.SystemVariable("autocommit", "ON"),
                        new SessionTrack.SystemVariable("time_zone", null),
                        new SessionTrack.Schema("s"),
                        new SessionTrack.Gtids(0, "a:1")));
        SessionTrackFilter asked = new SessionTrackFilter() {
            @Override
            public boolean passesVariable(String name) {
                return name.equals("time_zone");
            }

            @Override
            public boolean passesType(int type) {
                return type == 1;
            }
        };
        assertThat(rewritten(ok, tracked, tracked, asked))
                .isEqualTo(new Ok(
                        true,
                        3,
                        4,
                        AUTOCOMMIT,
                        1,
                        "info",
                        List.of(new SessionTrack.SystemVariable("time_zone", null), new SessionTrack.Schema("s"))));
        Ok without = new Ok(true, 3, 4, AUTOCOMMIT, 1, "info", List.of());
        assertThat(rewritten(ok, tracked, tracked, SessionTrackFilter.NONE)).isEqualTo(without);
        assertThat(rewritten(ok, tracked, ReplyBytes.CLASSIC, SessionTrackFilter.ALL))
                .isEqualTo(without);
        assertThat(rewritten(without, ReplyBytes.CLASSIC, tracked, SessionTrackFilter.ALL))
                .isEqualTo(without);
        Ok silent = new Ok(false, 3, 4, AUTOCOMMIT, 1, "", ok.changes());
        ByteBuf out = Unpooled.buffer();
        ByteBuf in = Unpooled.buffer();
        silent.encode(in, tracked);
        new OkRewriter(tracked, tracked, SessionTrackFilter.NONE, 0, 0).rewrite(in, out);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("00030402000100");
    }

    /** Refused by its header: who writes definitions anew must not have to keep as many bytes as the server likes to send. */
    @ParameterizedTest
    @ValueSource(ints = {(1 << 20) + 1, 0xFF_FFFF})
    void keepsNoMoreOfADefinitionThanItsLimit(int length) {
        CapabilityFlags extended = ReplyBytes.DEPRECATE_EOF.with(CapabilityFlags.MARIADB_CLIENT_EXTENDED_METADATA);
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
        ByteBuf reply = Unpooled.buffer().writeBytes(new byte[] {1, 0, 0, 1, 1});
        reply.writeMediumLE(length).writeByte(2).writeBytes(new byte[] {3, 'd', 'e', 'f'});
        try (ReplyTranscoder transcoder = new ReplyTranscoder(allocator, ByteBuf::release)) {
            ResponseScanner scanner = new ResponseScanner();
            scanner.begin(ReplyKind.QUERY, extended);
            transcoder.begin(
                    ReplyKind.QUERY, extended, ReplyBytes.CLASSIC, rewriter(extended, ReplyBytes.CLASSIC), AUTOCOMMIT);

            assertThatThrownBy(() -> scanner.scan(reply, transcoder))
                    .isInstanceOfSatisfying(
                            ProtocolException.class, e -> assertThat(e.errno()).isEqualTo(1153));
        }
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    private static Ok rewritten(Ok ok, CapabilityFlags from, CapabilityFlags to, SessionTrackFilter filter) {
        ByteBuf in = Unpooled.buffer();
        ok.encode(in, from);
        ByteBuf out = Unpooled.buffer();
        int index = in.readerIndex();
        new OkRewriter(from, to, filter, 0, 0).rewrite(in, out);
        assertThat(in.readerIndex()).isEqualTo(index);
        return Ok.decode(out, to);
    }

    private static OkRewriter rewriter(CapabilityFlags from, CapabilityFlags to) {
        return new OkRewriter(from, to, SessionTrackFilter.ALL, 0, 0);
    }

    private static byte[] transcode(
            ReplyBytes reply, CapabilityFlags client, OkRewriter rewriter, byte[] bytes, int pieceBytes) {
        ByteBuf out = Unpooled.buffer();
        List<ByteBuf> given = new ArrayList<>();
        try (ReplyTranscoder transcoder = new ReplyTranscoder(UnpooledByteBufAllocator.DEFAULT, given::add)) {
            ResponseScanner scanner = new ResponseScanner();
            scanner.begin(reply.kind, reply.capabilities);
            transcoder.begin(reply.kind, reply.capabilities, client, rewriter, AUTOCOMMIT);
            for (int at = 0; at < bytes.length; at += pieceBytes) {
                // Sequence ids are changed in place: each piece is a copy, as a socket gives it.
                scanner.scan(Unpooled.copiedBuffer(bytes, at, Math.min(pieceBytes, bytes.length - at)), transcoder);
            }
            assertThat(scanner.isDone()).isTrue();
        }
        for (ByteBuf packets : given) {
            out.writeBytes(packets);
            packets.release();
        }
        return ByteBufUtil.getBytes(out);
    }

    /** What a strict reader of the client's side understands; the sequence ids are checked by its scanner. */
    private static List<String> read(ReplyKind kind, CapabilityFlags capabilities, byte[] bytes) {
        Meaning meaning = new Meaning(kind, capabilities);
        ResponseScanner scanner = new ResponseScanner();
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        scanner.begin(kind, capabilities);
        scanner.scan(in, meaning);
        assertThat(scanner.isDone()).isTrue();
        assertThat(in.isReadable()).isFalse();
        return meaning.list;
    }
}
