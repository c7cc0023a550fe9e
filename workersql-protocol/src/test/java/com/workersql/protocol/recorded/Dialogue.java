// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.recorded;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a client and a server said to each other, in their order. As text it is a dump that people can read: each line has who spoke
 * ({@code C} or {@code S}), up to 32 bytes in hexadecimal digits, and the same as ASCII.
 */
public record Dialogue(List<Turn> turns) {
    private static final String EXTENSION = ".dialogue";

    /** Those that are kept beside this class. */
    public static final List<String> NAMES = names();

    private static final int LINE_BYTES = 32;

    /** What one side said before the other did. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Turn(boolean fromClient, byte[] bytes) {}

    private static List<String> names() {
        try (Stream<Path> files = Files.list(
                Path.of(Dialogue.class.getResource("pymysql.dialogue").toURI()).getParent())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(EXTENSION))
                    .map(file -> file.substring(0, file.length() - EXTENSION.length()))
                    .sorted()
                    .toList();
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The recorded dialogue of this name. */
    public static Dialogue load(String name) {
        try (InputStream in = Dialogue.class.getResourceAsStream(name + EXTENSION)) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Dialogue parse(String text) {
        List<Turn> turns = new ArrayList<>();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        boolean fromClient = false;
        for (String line : text.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            boolean speaker = line.charAt(0) == 'C';
            if (speaker != fromClient && bytes.size() > 0) {
                turns.add(new Turn(fromClient, bytes.toByteArray()));
                bytes.reset();
            }
            fromClient = speaker;
            bytes.writeBytes(HexFormat.of().parseHex(line.substring(2, line.indexOf(' ', 2))));
        }
        turns.add(new Turn(fromClient, bytes.toByteArray()));
        return new Dialogue(turns);
    }

    static String print(boolean fromClient, byte[] bytes, int length) {
        StringBuilder out = new StringBuilder();
        for (int from = 0; from < length; from += LINE_BYTES) {
            int to = Math.min(length, from + LINE_BYTES);
            out.append(fromClient ? "C " : "S ")
                    .append(HexFormat.of().formatHex(bytes, from, to))
                    .append(" |");
            for (int i = from; i < to; i++) {
                out.append(bytes[i] >= ' ' && bytes[i] < 0x7F ? (char) bytes[i] : '.');
            }
            out.append("|\n");
        }
        return out.toString();
    }
}
