// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class FileRelayTest {
    private final FileRelay relay = new FileRelay(1 << 30);
    private final ByteBuf server = Unpooled.buffer();

    private boolean relay(ByteBuf in) {
        return relay.relay(in, packets -> {
            server.writeBytes(packets);
            packets.release();
        });
    }

    @Test
    void passesAFileUpToItsEmptyPacketWhereverItIsCutAndLeavesTheNextCommand() {
        byte[] file = ByteBufUtil.decodeHexDump("03000002" + "616263" + "01000003" + "64" + "00000004");
        byte[] next = ByteBufUtil.decodeHexDump("0100000003");
        for (int cut = 0; cut <= file.length; cut++) {
            server.clear();
            relay.begin(1);
            assertThat(relay(Unpooled.wrappedBuffer(file, 0, cut))).isEqualTo(cut == file.length);
            ByteBuf rest = Unpooled.wrappedBuffer(
                    Unpooled.wrappedBuffer(file, cut, file.length - cut), Unpooled.wrappedBuffer(next));
            assertThat(relay(rest)).isTrue();
            assertThat(ByteBufUtil.getBytes(server)).isEqualTo(file);
            assertThat(ByteBufUtil.getBytes(rest)).isEqualTo(next);
            assertThat(relay.fileBytes()).isEqualTo(4);
        }
    }

    @Test
    void extraAnEmptyFileIsFourBytesAndEndsWithoutWaitingForAFifth() {
        relay.begin(1);
        assertThat(relay(Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 2}))).isTrue();
        assertThat(ByteBufUtil.hexDump(server)).isEqualTo("00000002");
    }

    @Test
    void extraAnEmptyPacketBehindAFullOneIsNotTheEndOfTheFile() {
        relay.begin(1);
        ByteBuf full = Unpooled.buffer(0xFF_FFFF + 8);
        full.writeMediumLE(0xFF_FFFF)
                .writeByte(2)
                .writeZero(0xFF_FFFF)
                .writeMediumLE(0)
                .writeByte(3);
        assertThat(relay(full)).isFalse();
        assertThat(relay(Unpooled.wrappedBuffer(new byte[] {0, 0, 0, 4}))).isTrue();
        assertThat(server.readableBytes()).isEqualTo(0xFF_FFFF + 12);
        full.release();
    }

    @Test
    void numbersPacketsForTheServerWhateverTheClientCallsThem() {
        for (int cut = 0; cut <= 12; cut++) {
            server.clear();
            relay.begin(254);
            byte[] file = ByteBufUtil.decodeHexDump("01000007" + "61" + "01000009" + "62" + "0000000a");
            relay(Unpooled.wrappedBuffer(file, 0, cut));
            relay(Unpooled.wrappedBuffer(file, cut, file.length - cut));
            assertThat(ByteBufUtil.hexDump(server)).isEqualTo("010000ff" + "61" + "01000000" + "62" + "00000001");
            assertThat(relay.clientSequenceId()).isEqualTo(0x0a);
        }
    }

    @Test
    void refusesAFileOverTheLimitByTheHeaderThatGoesBeyondIt() {
        FileRelay limited = new FileRelay(5);
        limited.begin(1);
        limited.relay(Unpooled.wrappedBuffer(new byte[] {5, 0, 0, 2, 1, 2, 3, 4, 5}), ByteBuf::release);
        assertThatThrownBy(() -> limited.relay(Unpooled.wrappedBuffer(new byte[] {1, 0, 0, 3}), ByteBuf::release))
                .isInstanceOf(ProtocolException.class)
                .extracting(e -> ((ProtocolException) e).errno())
                .isEqualTo(1153);
    }

    @Test
    void passesNothingBeforeAFileIsAskedFor() {
        ByteBuf command = Unpooled.wrappedBuffer(new byte[] {1, 0, 0, 0, 3});
        assertThat(relay(command)).isTrue();
        assertThat(command.readableBytes()).isEqualTo(5);
        assertThat(server.isReadable()).isFalse();
    }
}
