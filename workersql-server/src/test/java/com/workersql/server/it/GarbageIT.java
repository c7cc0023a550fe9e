// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Garbage on a port gets the protocol's error and a close, and costs nobody else anything. */
class GarbageIT {
    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start();
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    @Test
    void answersHttpOnTheMySqlPortByPacketsOutOfOrder() throws IOException {
        var answer = exchange(
                fleet.gateway().mysqlAddress(),
                "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(errno(answer)).isIn(1156, 1153, 1043);
        assertThat(new String(answer, StandardCharsets.ISO_8859_1)).contains("#08S01");
    }

    @Test
    void closesOnRandomBytesAndServesOthers() throws IOException, SQLException {
        long seed = 20_261_123;
        var random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            byte[] garbage = new byte[1 + random.nextInt(500)];
            random.nextBytes(garbage);
            // A length that makes sense, so that the garbage is inside of a packet and its end is waited for.
            garbage[0] = (byte) Math.max(0, garbage.length - 4);
            exchange(fleet.gateway().mysqlAddress(), garbage);
        }
        try (var connection = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT 6 * 7")) {
            assertThat(rows.next()).as("seed %d", seed).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(42);
        }
    }

    @Test
    void answersGarbageOnTheHttpPortBy400() throws IOException {
        var answer = exchange(
                fleet.gateway().httpAddress(),
                "\u0016\u0003\u0001garbage\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(new String(answer, StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 400");
    }

    /** Sends bytes, says that no more will come, and reads to the end. */
    private static byte[] exchange(InetSocketAddress address, byte[] bytes) throws IOException {
        try (var socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(20_000);
            var out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
            socket.shutdownOutput();
            InputStream in = socket.getInputStream();
            return in.readAllBytes();
        } catch (java.net.SocketException e) {
            // The other side has closed without reading all of it, which is an answer as well.
            return new byte[0];
        }
    }

    /** The error number of the last packet of an answer that begins with a greeting. */
    private static int errno(byte[] answer) {
        int greeting = 4 + (answer[0] & 0xFF) + ((answer[1] & 0xFF) << 8);
        assertThat(answer[greeting + 4] & 0xFF).isEqualTo(0xFF);
        return (answer[greeting + 5] & 0xFF) | (answer[greeting + 6] & 0xFF) << 8;
    }
}
