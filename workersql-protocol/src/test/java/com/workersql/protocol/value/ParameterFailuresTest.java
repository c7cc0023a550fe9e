// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.Query;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways in which other codecs have failed at parameters and values, by their numbers in the project's list. */
class ParameterFailuresTest {
    private static final CapabilityFlags PLAIN = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41);
    private static final String HEAD = "17 07000000 00 01000000 ";

    @Test
    void t06AParameterOfLongDataHasATypeButNoValueInTheExecution() {
        BitSet longData = new BitSet();
        longData.set(1);
        ParameterReader reader = wrap(HEAD + "00 01 0300 fc00 fe00 05000000 0161", 3, ParameterTypes.NONE, longData);
        assertThat(reader.getLong(0)).isEqualTo(5);
        assertThat(reader.isLongData(1)).isTrue();
        // Its type is the one of the execution, not always BLOB.
        assertThat(reader.type(1)).isEqualTo(ColumnType.BLOB);
        assertThat(reader.getText(2)).isEqualTo("a");
    }

    @Test
    void t34TypesThatAreNotToldAgainAreThoseOfTheLastExecution() {
        ParameterTypes types = wrap(HEAD + "00 01 0380 fe00 05000000 0161", 2, ParameterTypes.NONE, null)
                .types();
        ParameterReader second = wrap(HEAD + "00 00 ffffffff 0162", 2, types, null);
        assertThat(second.getLong(0)).isEqualTo(0xFFFF_FFFFL);
        assertThat(second.getText(1)).isEqualTo("b");
        assertThat(second.types()).isSameAs(types);
    }

    @Test
    void t34ANullOfTheFirstExecutionDoesNotHideAValueOfTheSecond() {
        ParameterTypes nullType =
                wrap(HEAD + "01 01 0600", 1, ParameterTypes.NONE, null).types();
        assertThat(wrap(HEAD + "00 01 0300 07000000", 1, nullType, null).getLong(0))
                .isEqualTo(7);
        assertThat(wrap(HEAD + "01 00", 1, nullType, null).isNull(0)).isTrue();
        assertThat(wrap(HEAD + "03 00", 2, ParameterTypes.NONE, null).isNull(1)).isTrue();
    }

    @Test
    void t34AValueWhoseTypeWasLastToldAsNullIsAString() {
        ParameterTypes types = wrap(HEAD + "01 01 0600 0300 05000000", 2, ParameterTypes.NONE, null)
                .types();
        StmtExecute execute = execute(HEAD + "00 00 02 6162 07000000");
        ParameterReader second = new ParameterReader().wrap(execute, PLAIN, 2, types, null);
        assertThat(second.isNull(0)).isFalse();
        assertThat(second.getText(0)).isEqualTo("ab");
        assertThat(second.getLong(1)).isEqualTo(7);

        ByteBuf out = Unpooled.buffer();
        new ParameterWriter().rewrite(out, 9, execute, second, PLAIN, null);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("1709000000000100000000010600030002616207000000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "0001"})
    void t35AnExecutionWithoutParametersMayHaveBytesBehindIt(String rest) {
        assertThat(wrap(HEAD + rest, 0, ParameterTypes.NONE, null).count()).isZero();
    }

    @Test
    void t35AnotherCountOfIterationsThanOneIsNoError() {
        assertThat(execute("17 07000000 00 00000000").iterations()).isZero();
        assertThat(wrap("17 07000000 00 05000000 00 01 0300 01000000", 1, ParameterTypes.NONE, null)
                        .getLong(0))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "01 00, ff, -1",
        "01 80, ff, 255",
        "02 80, ffff, 65535",
        "03 80, ffffffff, 4294967295",
        "08 80, ffffffffffffffff, 18446744073709551615",
        "08 00, ffffffffffffffff, -1"
    })
    void t36TheSignOfAParameterIsToldByTheClientsFlag(String type, String value, String expected) {
        assertThat(wrap(HEAD + "00 01" + type + value, 1, ParameterTypes.NONE, null)
                        .getText(0))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"e807, 2024", "0432303234, 2024", "0431393730, 1970", "3008, 2096"})
    void t37AYearComesAsTwoBytesOrAsText(String value, String expected) {
        ParameterReader reader = wrap(HEAD + "00 01 0d00" + value, 1, ParameterTypes.NONE, null);
        assertThat(reader.getText(0)).isEqualTo(expected);
        assertThat(reader.getLong(0)).isEqualTo(Long.parseLong(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "0c 00, 00, 0000-00-00 00:00:00",
        "0c 00, 0700000000000000, 0000-00-00 00:00:00",
        "0c 00, 07e807000f000000, 2024-00-15 00:00:00",
        "0a 00, 04e8070000, 2024-00-00"
    })
    void t38ZeroDatesAreReadAsParametersToo(String type, String value, String expected) {
        assertThat(wrap(HEAD + "00 01" + type + value, 1, ParameterTypes.NONE, null)
                        .getText(0))
                .isEqualTo(expected);
    }

    @Test
    void t39ATimeOfNoBytesLeavesTheNextParameterAlone() {
        Temporal temporal = new Temporal();
        ParameterReader reader = wrap(
                HEAD + "00 01 0b00 0b00 0300 00" + "0c 01 02000000 01 02 03 01000000 09000000",
                3,
                ParameterTypes.NONE,
                null);
        assertThat(reader.getTimeMicros(0)).isZero();
        reader.getTemporal(1, temporal);
        assertThat(temporal.toString()).isEqualTo("-49:02:03.000001");
        assertThat(reader.getLong(2)).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"fb", "ff", "fe0000008000000000", "feffffffff00000000", "fefffffffffffff" + "f7f", "fdffffff"})
    void p4ALengthThatLiesAllocatesNothing(String length) {
        assertThatThrownBy(() -> wrap(HEAD + "00 01 fe00" + length, 1, ParameterTypes.NONE, null))
                .isInstanceOf(ProtocolException.class);
        ColumnDefinition[] one = {ColumnDefinition.of("c", ColumnType.VAR_STRING)};
        if (!length.equals("fb")) {
            ByteBuf row = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(length));
            assertThatThrownBy(() -> new RowReader().wrapText(row, one)).isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void p4ALengthLongerThanNeededIsReadLikeTheShortestOne() {
        assertThat(wrap(HEAD + "00 01 fe00 fe0200000000000000 6869", 1, ParameterTypes.NONE, null)
                        .getText(0))
                .isEqualTo("hi");
    }

    @Test
    void extraANulBehindTheTextOfAQueryIsNoPartOfIt() {
        ByteBuf payload = Unpooled.copiedBuffer("\u0003SELECT 1\0", StandardCharsets.ISO_8859_1);
        Query query = (Query) ClientCommand.decode(payload, PLAIN);
        assertThat(query.sql().toString(StandardCharsets.UTF_8)).isEqualTo("SELECT 1");
    }

    private static ParameterReader wrap(String hex, int parameters, ParameterTypes types, BitSet longData) {
        return new ParameterReader().wrap(execute(hex), PLAIN, parameters, types, longData);
    }

    private static StmtExecute execute(String hex) {
        ByteBuf payload = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex.replace(" ", "")));
        return (StmtExecute) ClientCommand.decode(payload, PLAIN);
    }
}
