// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static com.workersql.protocol.StatusFlags.SERVER_MORE_RESULTS_EXISTS;
import static com.workersql.protocol.StatusFlags.SERVER_PS_OUT_PARAMS;
import static com.workersql.protocol.StatusFlags.SERVER_STATUS_AUTOCOMMIT;
import static com.workersql.protocol.StatusFlags.SERVER_STATUS_CURSOR_EXISTS;
import static com.workersql.protocol.StatusFlags.SERVER_STATUS_LAST_ROW_SENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ProgressReport;
import com.workersql.protocol.message.server.SessionTrack;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways in which other codecs have failed at results, by their numbers in the project's list. */
class ResultFailuresTest {
    private static final int AUTOCOMMIT = SERVER_STATUS_AUTOCOMMIT;
    private static final int MORE = AUTOCOMMIT | SERVER_MORE_RESULTS_EXISTS;
    private static final CapabilityFlags TRACKED = ReplyBytes.DEPRECATE_EOF.with(CapabilityFlags.CLIENT_SESSION_TRACK);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void t09ARowWhoseFirstColumnHas16MegabytesIsNoTerminator(boolean deprecateEof) {
        byte[] row = new byte[0xFF_FFFF + 40];
        row[0] = (byte) 0xFE;
        ByteBuf length = Unpooled.wrappedBuffer(row, 1, 8);
        length.setLongLE(0, row.length - 9L);
        ReplyBytes reply = new ReplyBytes(ReplyKind.QUERY, ReplyBytes.capabilities(deprecateEof))
                .columnCount(1)
                .metadata(1, AUTOCOMMIT)
                .row(row)
                .end(AUTOCOMMIT);
        Events events = Events.read(reply);
        assertThat(events.list).hasSize(3);
        assertThat(events.list.get(1)).startsWith("row [\0").hasSize(row.length - 9 + "row []".length());
        assertThat(events.list.get(2)).startsWith("end");
    }

    @Test
    void t10OkTerminatorWithInfoIsNotARow() {
        ReplyBytes reply = new ReplyBytes(ReplyKind.QUERY, TRACKED)
                .columnCount(1)
                .metadata(1, AUTOCOMMIT)
                .textRow("x")
                .control(ControlPacket.OK, 0xFE, 0, 0, 2, 0, 0, 0, 9, 'l', 'o', 'n', 'g', ' ', 'i', 'n', 'f', 'o');
        assertThat(Events.read(reply).list).containsExactly("columns 1", "row [x]", "end 2 0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void t11ARowWhoseFirstColumnIsEmptyIsNoOk(boolean deprecateEof) {
        ReplyBytes reply = new ReplyBytes(ReplyKind.QUERY, ReplyBytes.capabilities(deprecateEof))
                .columnCount(2)
                .metadata(2, AUTOCOMMIT)
                .textRow("", "")
                .textRow("", "second")
                .end(AUTOCOMMIT);
        assertThat(Events.read(reply).list)
                .containsExactly("columns 2", "row [, ]", "row [, second]", "end " + AUTOCOMMIT + " 2");
    }

    @Test
    void t14SequenceIdsOfACompressedConnectionMayJumpWithinAReply() {
        byte[] bytes = new ReplyBytes(ReplyKind.QUERY, ReplyBytes.CLASSIC)
                .columnCount(1)
                .metadata(1, AUTOCOMMIT)
                .textRow("x")
                .end(AUTOCOMMIT)
                .bytes();
        bytes[3] = 7;
        for (long capability :
                new long[] {CapabilityFlags.CLIENT_COMPRESS, CapabilityFlags.CLIENT_ZSTD_COMPRESSION_ALGORITHM}) {
            ResponseScanner scanner = new ResponseScanner();
            scanner.begin(ReplyKind.QUERY, ReplyBytes.CLASSIC.with(capability));
            scanner.scan(Unpooled.wrappedBuffer(bytes), new RecordingSink());
            assertThat(scanner.isDone()).isTrue();
        }
        ResponseScanner strict = new ResponseScanner();
        strict.begin(ReplyKind.QUERY, ReplyBytes.CLASSIC);
        assertThatThrownBy(() -> strict.scan(Unpooled.wrappedBuffer(bytes), new RecordingSink()))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void t42WarningsAndStatusStandTheOtherWayRoundInEofAndOk() {
        ByteBuf eof = Unpooled.buffer();
        new Eof(0x0102, 0x0304).encode(eof, ReplyBytes.CLASSIC);
        assertThat(ByteBufUtil.hexDump(eof)).isEqualTo("fe02010403");
        ByteBuf ok = Unpooled.buffer();
        Ok.endOfRows(0x0304, 0x0102).encode(ok, ReplyBytes.DEPRECATE_EOF);
        assertThat(ByteBufUtil.hexDump(ok)).isEqualTo("fe000004030201");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void t43AnErrorAmongRowsEndsTheReplyOfEitherForm(boolean binary) {
        for (boolean deprecateEof : new boolean[] {false, true}) {
            ReplyBytes reply = new ReplyBytes(
                            binary ? ReplyKind.EXECUTE : ReplyKind.QUERY, ReplyBytes.capabilities(deprecateEof))
                    .columnCount(1)
                    .metadata(1, AUTOCOMMIT);
            reply = binary ? reply.row(0, 0, 1, 'x') : reply.textRow("x");
            assertThat(Events.read(reply.err(3024)).list).containsExactly("columns 1", "row [x]", "err 3024");
            ReplyBytes atOnce = new ReplyBytes(
                            binary ? ReplyKind.EXECUTE : ReplyKind.QUERY, ReplyBytes.capabilities(deprecateEof))
                    .columnCount(1)
                    .metadata(1, AUTOCOMMIT)
                    .err(1317);
            assertThat(Events.read(atOnce).list).containsExactly("columns 1", "err 1317");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void t44EveryResultOfACallIsReadAndTheFlagOfOutParametersIsKept(boolean deprecateEof) {
        ReplyBytes reply = new ReplyBytes(ReplyKind.EXECUTE, ReplyBytes.capabilities(deprecateEof))
                .columnCount(1)
                .metadata(1, MORE)
                .row(0, 0, 1, 'a')
                .end(MORE)
                .columnCount(1)
                .metadata(1, MORE | SERVER_PS_OUT_PARAMS)
                .row(0, 0, 1, 'o')
                .end(MORE | SERVER_PS_OUT_PARAMS)
                .ok(AUTOCOMMIT);
        assertThat(Events.read(reply).list)
                .containsExactly(
                        "columns 1",
                        "row [a]",
                        "end " + MORE + " 2",
                        "columns 1",
                        "row [o]",
                        "end " + (MORE | SERVER_PS_OUT_PARAMS) + " 2",
                        "ok " + AUTOCOMMIT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void t45ACursorIsOpenedWithoutRowsAndItsLastFetchSaysSo(boolean deprecateEof) {
        CapabilityFlags capabilities = ReplyBytes.capabilities(deprecateEof);
        int open = AUTOCOMMIT | SERVER_STATUS_CURSOR_EXISTS;
        ReplyBytes opened =
                new ReplyBytes(ReplyKind.EXECUTE, capabilities).columnCount(1).definitions(1);
        opened = deprecateEof ? opened.end(open) : opened.eof(ControlPacket.COLUMNS_EOF, open);
        Events execution = Events.read(opened);
        assertThat(execution.list).containsExactly("columns 1", "end " + open + " 2");
        ReplyBytes fetched =
                new ReplyBytes(ReplyKind.FETCH, capabilities).row(0, 0, 1, 'a').end(open);
        ReplyBytes last = new ReplyBytes(ReplyKind.FETCH, capabilities)
                .row(0, 0, 1, 'b')
                .end(AUTOCOMMIT | SERVER_STATUS_LAST_ROW_SENT);
        Events events = new Events();
        ReplyReader reader = new ReplyReader(1024);
        ResponseScanner scanner = new ResponseScanner();
        for (ReplyBytes reply : List.of(fetched, last)) {
            reader.beginFetch(execution.columns, capabilities, events);
            scanner.begin(ReplyKind.FETCH, capabilities);
            scanner.scan(Unpooled.wrappedBuffer(reply.bytes()), reader);
        }
        assertThat(events.list)
                .containsExactly("row [a]", "end " + open + " 2", "row [b]", "end " + (AUTOCOMMIT | 0x80) + " 2");
        assertThat(scanner.statusFlags() & SERVER_STATUS_CURSOR_EXISTS).isZero();
    }

    @Test
    void t46UnknownChangesOfTheSessionAreSkippedByTheirOwnLengthAndGtidsHaveAnEncoding() {
        ByteBuf payload = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("000000" + "0240" + "0000" + "00" + "13"
                + "2a03aabbcc" + "0104" + "03" + "616263" + "0306" + "00" + "04" + "75753a31"));
        Ok ok = Ok.decode(payload, TRACKED);
        assertThat(ok.changes()).hasSize(3);
        assertThat(ok.changes().get(0)).isInstanceOf(SessionTrack.Unrecognized.class);
        assertThat(ok.changes().get(1)).isEqualTo(new SessionTrack.Schema("abc"));
        assertThat(ok.changes().get(2)).isEqualTo(new SessionTrack.Gtids(0, "uu:1"));
        ByteBuf again = Unpooled.buffer();
        ok.encode(again, TRACKED);
        payload.readerIndex(0);
        assertThat(again).isEqualTo(payload);
    }

    @Test
    void t46AnEmptyInfoThatIsLastIsLeftOut() {
        ByteBuf out = Unpooled.buffer();
        Ok.of(AUTOCOMMIT).encode(out, TRACKED);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("00000002000000");
        assertThat(Ok.decode(out, TRACKED)).isEqualTo(Ok.of(AUTOCOMMIT));
    }

    @Test
    void extraALocalFileIsAnsweredByTheServersOkWhateverItsSequenceId() {
        ResponseScanner scanner = new ResponseScanner();
        scanner.begin(ReplyKind.QUERY, ReplyBytes.CLASSIC);
        Events events = new Events();
        ReplyReader reader = new ReplyReader(1024);
        reader.begin(ReplyKind.QUERY, ReplyBytes.CLASSIC, events);
        scanner.scan(Unpooled.wrappedBuffer(new byte[] {3, 0, 0, 1, (byte) 0xFB, '/', 'f'}), reader);
        assertThat(scanner.isFileRequested()).isTrue();
        assertThat(scanner.isDone()).isFalse();
        // The client's data and the four bytes of the empty packet go the other way; the OK counts behind them.
        scanner.scan(Unpooled.wrappedBuffer(new byte[] {7, 0, 0, 4, 0, 3, 0, 2, 0, 0, 0}), reader);
        assertThat(scanner.isDone()).isTrue();
        assertThat(events.list).containsExactly("file /f", "ok 2");
    }

    @Test
    void extraAServerThatAsksForAFileUnaskedIsRefusedByReadersThatDoNotExpectIt() {
        ReplyReader reader = new ReplyReader(1024);
        ResponseScanner scanner = new ResponseScanner();
        reader.begin(ReplyKind.QUERY, ReplyBytes.CLASSIC, new Events() {
            @Override
            public void onFileRequest(String name) {
                refuseFile(name);
            }
        });
        scanner.begin(ReplyKind.QUERY, ReplyBytes.CLASSIC);
        assertThatThrownBy(() ->
                        scanner.scan(Unpooled.wrappedBuffer(new byte[] {3, 0, 0, 1, (byte) 0xFB, '/', 'f'}), reader))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("local file");
    }

    @Test
    void extraCommandsWithoutReplyDoNotShiftTheRepliesBehindThem() {
        ResponseScanner scanner = new ResponseScanner();
        byte[] reply = new ReplyBytes(ReplyKind.QUERY, ReplyBytes.CLASSIC)
                .ok(AUTOCOMMIT)
                .bytes();
        scanner.begin(ReplyKind.NONE, ReplyBytes.CLASSIC);
        ByteBuf in = Unpooled.wrappedBuffer(reply);
        assertThat(scanner.scan(in, new RecordingSink())).isZero();
        assertThat(scanner.isDone()).isTrue();
        scanner.begin(ReplyKind.QUERY, ReplyBytes.CLASSIC);
        assertThat(scanner.scan(in, new RecordingSink())).isEqualTo(reply.length);
        assertThat(scanner.isDone()).isTrue();
    }

    @Test
    void extraAConsumerThatGivesUpLosesNoBuffer() {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
        ReplyBytes reply = new ReplyBytes(ReplyKind.QUERY, ReplyBytes.CLASSIC)
                .columnCount(1)
                .metadata(1, AUTOCOMMIT)
                .row(new byte[300]);
        byte[] bytes = reply.bytes();
        ReplyReader reader = new ReplyReader(1024);
        ResponseScanner scanner = new ResponseScanner();
        reader.begin(ReplyKind.QUERY, ReplyBytes.CLASSIC, new Events());
        scanner.begin(ReplyKind.QUERY, ReplyBytes.CLASSIC);
        ByteBuf in = allocator.buffer().writeBytes(bytes, 0, bytes.length - 100);
        scanner.scan(in, reader);
        in.release();
        assertThat(allocator.metric().usedHeapMemory()).isPositive();
        reader.close();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    @Test
    void mariaDbsReportsOfProgressAreToldAndEndNothing() {
        ReplyBytes reply = new ReplyBytes(ReplyKind.QUERY, ReplyBytes.CLASSIC)
                .control(ControlPacket.PROGRESS, 0xFF, 0xFF, 0xFF, 1, 1, 3, 0x50, 0xC3, 0, 4, 'c', 'o', 'p', 'y')
                .ok(AUTOCOMMIT);
        assertThat(Events.read(reply).list).containsExactly("progress 1/3 50000 copy", "ok " + AUTOCOMMIT);
        ByteBuf out = Unpooled.buffer();
        new ProgressReport(1, 3, 50_000, "copy").encode(out, ReplyBytes.CLASSIC);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("ffffff01010350c30004636f7079");
    }
}
