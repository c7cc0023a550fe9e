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
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ProgressReport;
import com.workersql.protocol.message.server.SessionTrack;
import com.workersql.protocol.value.ResultSetWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
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
        ReplyBytes reply = new ReplyBytes(ReplyKind.QUERY, capabilities(deprecateEof))
                .columnCount(1)
                .metadata(1, AUTOCOMMIT)
                .row(row)
                .end(AUTOCOMMIT);
        Events events = read(reply);
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
        assertThat(read(reply).list).containsExactly("columns 1", "row [x]", "end 2 0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void t11ARowWhoseFirstColumnIsEmptyIsNoOk(boolean deprecateEof) {
        ReplyBytes reply = new ReplyBytes(ReplyKind.QUERY, capabilities(deprecateEof))
                .columnCount(2)
                .metadata(2, AUTOCOMMIT)
                .textRow("", "")
                .textRow("", "second")
                .end(AUTOCOMMIT);
        assertThat(read(reply).list).containsExactly("columns 2", "row [, ]", "row [, second]", end());
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
    void t40TheColumnsOfAnExecutionWinOverThoseOfItsPreparation() {
        CapabilityFlags cached = ReplyBytes.DEPRECATE_EOF.with(CapabilityFlags.MARIADB_CLIENT_CACHE_METADATA);
        ColumnDefinition[] prepared = {ColumnDefinition.of("n", ColumnType.LONG)};
        ReplyBytes changed = new ReplyBytes(ReplyKind.EXECUTE, cached)
                .control(ControlPacket.COLUMN_COUNT, 2, 1)
                .metadata(2, AUTOCOMMIT)
                .row(0, 0, 1, 'a', 1, 'b')
                .end(AUTOCOMMIT);
        assertThat(read(changed, prepared).list).containsExactly("columns 2", "row [a, b]", end());
        ReplyBytes same = new ReplyBytes(ReplyKind.EXECUTE, cached)
                .control(ControlPacket.COLUMN_COUNT, 1, 0)
                .row(0, 0, 5, 0, 0, 0)
                .end(AUTOCOMMIT);
        assertThat(read(same, prepared).list).containsExactly("columns 1", "row [5]", end());
        ReplyBytes wider = new ReplyBytes(ReplyKind.EXECUTE, cached).control(ControlPacket.COLUMN_COUNT, 2, 0);
        assertThatThrownBy(() -> read(wider, prepared))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("2 columns without their definitions");
    }

    @Test
    void t40ExtendedMetadataIsReadByTheCapabilityAndByNothingElse() {
        CapabilityFlags extended = ReplyBytes.DEPRECATE_EOF.with(CapabilityFlags.MARIADB_CLIENT_EXTENDED_METADATA);
        ColumnDefinition uuid =
                new ColumnDefinition("s", "t", "t", "id", "id", 45, 36, ColumnType.STRING, 0, 0, "uuid", null);
        ByteBuf with = Unpooled.buffer();
        uuid.encode(with, extended);
        ByteBuf without = Unpooled.buffer();
        uuid.encode(without, ReplyBytes.DEPRECATE_EOF);
        assertThat(with.readableBytes() - without.readableBytes()).isEqualTo(1 + 1 + 1 + 4);
        assertThat(ColumnDefinition.decode(with.duplicate(), extended)).isEqualTo(uuid);
        assertThat(ColumnDefinition.decode(without, ReplyBytes.DEPRECATE_EOF).extendedType())
                .isNull();
        assertThatThrownBy(() -> ColumnDefinition.decode(with, ReplyBytes.DEPRECATE_EOF))
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
    void t42NoPacketStandsInThePlaceOfTheEofBehindDefinitions(boolean deprecateEof) {
        ByteBuf out = Unpooled.buffer();
        new ResultSetWriter(out, 1, capabilities(deprecateEof), AUTOCOMMIT, false)
                .columns(List.of(ColumnDefinition.of("n", ColumnType.LONG)))
                .row(1)
                .end(0);
        int packets = 0;
        for (; out.isReadable(); packets++) {
            int length = out.readUnsignedMediumLE();
            assertThat(out.readUnsignedByte()).isEqualTo((short) (packets + 1));
            out.skipBytes(length);
        }
        assertThat(packets).isEqualTo(deprecateEof ? 4 : 5);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void t43AnErrorAmongRowsEndsTheReplyOfEitherForm(boolean binary) {
        for (boolean deprecateEof : new boolean[] {false, true}) {
            ReplyBytes reply = new ReplyBytes(binary ? ReplyKind.EXECUTE : ReplyKind.QUERY, capabilities(deprecateEof))
                    .columnCount(1)
                    .metadata(1, AUTOCOMMIT);
            reply = binary ? reply.row(0, 0, 1, 'x') : reply.textRow("x");
            assertThat(read(reply.err(3024)).list).containsExactly("columns 1", "row [x]", "err 3024");
            ReplyBytes atOnce = new ReplyBytes(binary ? ReplyKind.EXECUTE : ReplyKind.QUERY, capabilities(deprecateEof))
                    .columnCount(1)
                    .metadata(1, AUTOCOMMIT)
                    .err(1317);
            assertThat(read(atOnce).list).containsExactly("columns 1", "err 1317");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void t44EveryResultOfACallIsReadAndTheFlagOfOutParametersIsKept(boolean deprecateEof) {
        ReplyBytes reply = new ReplyBytes(ReplyKind.EXECUTE, capabilities(deprecateEof))
                .columnCount(1)
                .metadata(1, MORE)
                .row(0, 0, 1, 'a')
                .end(MORE)
                .columnCount(1)
                .metadata(1, MORE | SERVER_PS_OUT_PARAMS)
                .row(0, 0, 1, 'o')
                .end(MORE | SERVER_PS_OUT_PARAMS)
                .ok(AUTOCOMMIT);
        assertThat(read(reply).list)
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
        CapabilityFlags capabilities = capabilities(deprecateEof);
        int open = AUTOCOMMIT | SERVER_STATUS_CURSOR_EXISTS;
        ReplyBytes opened =
                new ReplyBytes(ReplyKind.EXECUTE, capabilities).columnCount(1).definitions(1);
        opened = deprecateEof ? opened.end(open) : opened.eof(ControlPacket.COLUMNS_EOF, open);
        Events execution = read(opened);
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
    void extraNumbersTimesAndBytesHaveTheCollationOfBytesAndTheirFlag() {
        for (ColumnType type : ColumnType.values()) {
            ColumnDefinition column = ColumnDefinition.of("c", type);
            boolean text = type.binaryForm() == ColumnType.BinaryForm.STRING && !type.isNumeric();
            assertThat(column.collation()).as(type.name()).isEqualTo(text ? 45 : 63);
            assertThat((column.flags() & ColumnDefinition.BINARY_FLAG) != 0)
                    .as(type.name())
                    .isEqualTo(type.isNumeric());
        }
    }

    @Test
    void mariaDbsReportsOfProgressAreToldAndEndNothing() {
        ReplyBytes reply = new ReplyBytes(ReplyKind.QUERY, ReplyBytes.CLASSIC)
                .control(ControlPacket.PROGRESS, 0xFF, 0xFF, 0xFF, 1, 1, 3, 0x50, 0xC3, 0, 4, 'c', 'o', 'p', 'y')
                .ok(AUTOCOMMIT);
        assertThat(read(reply).list).containsExactly("progress 1/3 50000 copy", "ok " + AUTOCOMMIT);
        ByteBuf out = Unpooled.buffer();
        new ProgressReport(1, 3, 50_000, "copy").encode(out, ReplyBytes.CLASSIC);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("ffffff01010350c30004636f7079");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aResultWithoutDefinitionsIsReadByTheColumnsThatAreKnown(boolean deprecateEof) {
        CapabilityFlags optional = capabilities(deprecateEof).with(CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA);
        ColumnDefinition[] known = {ColumnDefinition.of("a", ColumnType.VAR_STRING)};
        ReplyBytes none = new ReplyBytes(ReplyKind.QUERY, optional).control(ControlPacket.COLUMN_COUNT, 1, 0);
        none = deprecateEof ? none : none.eof(ControlPacket.COLUMNS_EOF, AUTOCOMMIT);
        none = none.textRow("x").end(MORE).ok(AUTOCOMMIT);
        assertThat(read(none, known).list)
                .containsExactly("columns 1", "row [x]", "end " + MORE + " 2", "ok " + AUTOCOMMIT);
        ReplyBytes full = new ReplyBytes(ReplyKind.QUERY, optional)
                .control(ControlPacket.COLUMN_COUNT, 1, 1)
                .metadata(1, AUTOCOMMIT)
                .textRow("x")
                .end(AUTOCOMMIT);
        assertThat(read(full).list).containsExactly("columns 1", "row [x]", end());
        ReplyBytes prepared = new ReplyBytes(ReplyKind.PREPARE, optional)
                .control(ControlPacket.PREPARE_OK, 0, 7, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0);
        if (!deprecateEof) {
            prepared = prepared.eof(ControlPacket.COLUMNS_EOF, AUTOCOMMIT).eof(ControlPacket.COLUMNS_EOF, AUTOCOMMIT);
        }
        assertThat(read(prepared).list).containsExactly("prepared 7 of 1 and 2");
    }

    private static CapabilityFlags capabilities(boolean deprecateEof) {
        return deprecateEof ? ReplyBytes.DEPRECATE_EOF : ReplyBytes.CLASSIC;
    }

    private static String end() {
        return "end " + AUTOCOMMIT + " 2";
    }

    private static Events read(ReplyBytes reply) {
        return read(reply, new ColumnDefinition[0]);
    }

    /** Cuts the input in the middle of everything once, and gives it as a whole once. */
    private static Events read(ReplyBytes reply, ColumnDefinition[] known) {
        byte[] bytes = reply.bytes();
        Events whole = null;
        for (int cut : new int[] {bytes.length, bytes.length / 2, 5}) {
            Events events = new Events();
            ReplyReader reader = new ReplyReader(1 << 25);
            ResponseScanner scanner = new ResponseScanner();
            reader.begin(reply.kind, reply.capabilities, known, events);
            scanner.begin(reply.kind, reply.capabilities);
            scanner.scan(Unpooled.wrappedBuffer(Arrays.copyOf(bytes, cut)), reader);
            scanner.scan(Unpooled.wrappedBuffer(bytes, cut, bytes.length - cut), reader);
            reader.close();
            assertThat(whole == null || whole.list.equals(events.list)).isTrue();
            whole = events;
        }
        return whole;
    }
}
