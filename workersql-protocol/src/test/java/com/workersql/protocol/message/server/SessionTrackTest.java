// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The changes of a session that an OK tells, each type in both directions. */
class SessionTrackTest {
    private static final CapabilityFlags TRACKING =
            new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_SESSION_TRACK);

    /** A change, and its bytes: by the documentation, and the GTID as a server sent it. */
    record Entry(SessionTrack change, String hex) {}

    static List<Entry> entries() {
        return List.of(
                new Entry(
                        new SessionTrack.SystemVariable("autocommit", "ON"),
                        "000e" + "0a6175746f636f6d6d6974" + "024f4e"),
                new Entry(new SessionTrack.SystemVariable("x", null), "0003" + "0178" + "fb"),
                new Entry(new SessionTrack.Schema("shop"), "0105" + "0473686f70"),
                new Entry(new SessionTrack.Schema(""), "010100"),
                new Entry(new SessionTrack.StateChange(true), "020131"),
                new Entry(new SessionTrack.StateChange(false), "020130"),
                new Entry(
                        new SessionTrack.Gtids(0, "9fbe4f4e-e78b-11f1-83b3-02fc00000001:187"),
                        "032a" + "00" + "28"
                                + "39666265346634652d653738622d313166312d383362332d3032666330303030303030313a313837"),
                new Entry(
                        new SessionTrack.TransactionCharacteristics("START TRANSACTION;"),
                        "0413" + "12" + "5354415254205452414e53414354494f4e3b"),
                new Entry(new SessionTrack.TransactionState("T_______"), "0509" + "08" + "545f5f5f5f5f5f5f"),
                new Entry(new SessionTrack.Unrecognized(6, Bytes.of(new byte[] {1, 2, 3})), "0603010203"),
                new Entry(new SessionTrack.Unrecognized(255, Bytes.EMPTY), "ff00"));
    }

    private static Ok ok(SessionTrack... changes) {
        return new Ok(false, 0, 0, 2, 0, "", List.of(changes));
    }

    @ParameterizedTest
    @MethodSource("entries")
    void readsAndWritesEachType(Entry entry) {
        ByteBuf out = Unpooled.buffer();
        ok(entry.change()).encode(out, TRACKING);
        String length = String.format("%02x", entry.hex().length() / 2);

        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("000000" + "0240" + "0000" + "00" + length + entry.hex());
        assertThat(Ok.decode(out, TRACKING).changes()).containsExactly(entry.change());
    }

    /** MariaDB puts all variables of one statement into one entry. */
    @Test
    void readsSeveralVariablesOfOneEntry() {
        ByteBuf in = Unpooled.wrappedBuffer(
                ByteBufUtil.decodeHexDump("000000" + "0240" + "0000" + "00" + "0a" + "0008" + "01610131" + "01620132"));

        assertThat(Ok.decode(in, TRACKING).changes())
                .containsExactly(new SessionTrack.SystemVariable("a", "1"), new SessionTrack.SystemVariable("b", "2"));
    }

    /** A type that is not known is passed by its own length, and what is behind it is read. */
    @Test
    void readsWhatIsBehindAnUnknownType() {
        ByteBuf out = Unpooled.buffer();
        Ok ok = ok(new SessionTrack.Unrecognized(77, Bytes.of(new byte[300])), new SessionTrack.Schema("shop"));
        ok.encode(out, TRACKING);

        assertThat(Ok.decode(out, TRACKING).changes()).isEqualTo(ok.changes());
    }

    @Test
    void tellsNothingToWhoHasNotAsked() {
        ByteBuf out = Unpooled.buffer();
        ok(new SessionTrack.Schema("shop")).encode(out, new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41));

        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("000000" + "0200" + "0000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"01", "0105", "010504", "0001", "00020161", "0300", "030100", "0402ff00", "05fb"})
    void refusesChangesThatAreCutOff(String changes) {
        String length = String.format("%02x", changes.length() / 2);
        ByteBuf in =
                Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("000000" + "0240" + "0000" + "00" + length + changes));

        assertThatThrownBy(() -> Ok.decode(in, TRACKING)).isInstanceOf(ProtocolException.class);
    }
}
