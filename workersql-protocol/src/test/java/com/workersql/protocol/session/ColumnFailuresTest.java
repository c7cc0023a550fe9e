// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static com.workersql.protocol.StatusFlags.SERVER_MORE_RESULTS_EXISTS;
import static com.workersql.protocol.StatusFlags.SERVER_STATUS_AUTOCOMMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.value.ResultSetWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways in which other codecs have failed at the definitions of columns, by their numbers in the project's list. */
class ColumnFailuresTest {
    private static final int AUTOCOMMIT = SERVER_STATUS_AUTOCOMMIT;
    private static final int MORE = AUTOCOMMIT | SERVER_MORE_RESULTS_EXISTS;
    private static final String END = "end " + AUTOCOMMIT + " 2";

    @Test
    void t40TheColumnsOfAnExecutionWinOverThoseOfItsPreparation() {
        CapabilityFlags cached = ReplyBytes.DEPRECATE_EOF.with(CapabilityFlags.MARIADB_CLIENT_CACHE_METADATA);
        ColumnDefinition[] prepared = {ColumnDefinition.of("n", ColumnType.LONG)};
        ReplyBytes changed = new ReplyBytes(ReplyKind.EXECUTE, cached)
                .control(ControlPacket.COLUMN_COUNT, 2, 1)
                .metadata(2, AUTOCOMMIT)
                .row(0, 0, 1, 'a', 1, 'b')
                .end(AUTOCOMMIT);
        assertThat(Events.read(changed, prepared).list).containsExactly("columns 2", "row [a, b]", END);
        ReplyBytes same = new ReplyBytes(ReplyKind.EXECUTE, cached)
                .control(ControlPacket.COLUMN_COUNT, 1, 0)
                .row(0, 0, 5, 0, 0, 0)
                .end(AUTOCOMMIT);
        assertThat(Events.read(same, prepared).list).containsExactly("columns 1", "row [5]", END);
        ReplyBytes wider = new ReplyBytes(ReplyKind.EXECUTE, cached).control(ControlPacket.COLUMN_COUNT, 2, 0);
        assertThatThrownBy(() -> Events.read(wider, prepared))
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

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void t42NoPacketStandsInThePlaceOfTheEofBehindDefinitions(boolean deprecateEof) {
        ByteBuf out = Unpooled.buffer();
        new ResultSetWriter(out, 1, ReplyBytes.capabilities(deprecateEof), AUTOCOMMIT, false)
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

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aResultWithoutDefinitionsIsReadByTheColumnsThatAreKnown(boolean deprecateEof) {
        CapabilityFlags optional =
                ReplyBytes.capabilities(deprecateEof).with(CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA);
        ColumnDefinition[] known = {ColumnDefinition.of("a", ColumnType.VAR_STRING)};
        ReplyBytes none = new ReplyBytes(ReplyKind.QUERY, optional).control(ControlPacket.COLUMN_COUNT, 1, 0);
        none = deprecateEof ? none : none.eof(ControlPacket.COLUMNS_EOF, AUTOCOMMIT);
        none = none.textRow("x").end(MORE).ok(AUTOCOMMIT);
        assertThat(Events.read(none, known).list)
                .containsExactly("columns 1", "row [x]", "end " + MORE + " 2", "ok " + AUTOCOMMIT);
        ReplyBytes full = new ReplyBytes(ReplyKind.QUERY, optional)
                .control(ControlPacket.COLUMN_COUNT, 1, 1)
                .metadata(1, AUTOCOMMIT)
                .textRow("x")
                .end(AUTOCOMMIT);
        assertThat(Events.read(full).list).containsExactly("columns 1", "row [x]", END);
        ReplyBytes prepared = new ReplyBytes(ReplyKind.PREPARE, optional)
                .control(ControlPacket.PREPARE_OK, 0, 7, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0);
        if (!deprecateEof) {
            prepared = prepared.eof(ControlPacket.COLUMNS_EOF, AUTOCOMMIT).eof(ControlPacket.COLUMNS_EOF, AUTOCOMMIT);
        }
        assertThat(Events.read(prepared).list).containsExactly("prepared 7 of 1 and 2");
    }
}
