// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.vectors;

import com.workersql.protocol.CapabilityFlags;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One block of a {@code .vectors} file: a payload in hexadecimal digits, and what it says.
 *
 * @param name for people, and by which others come {@code after} it
 * @param direction whose message it is, {@code client} or {@code server}
 * @param message which decoder reads it
 * @param capabilities what both sides agreed on
 * @param after the vectors that a stream must have had before this one
 * @param hex the payload
 * @param fields as the record prints them
 * @param rows of a row event, as {@code before -> after}; null for others
 */
public record Vector(
        String name,
        String direction,
        String message,
        CapabilityFlags capabilities,
        List<String> after,
        String hex,
        String fields,
        String rows) {

    /** All vectors of a file beside this class. */
    public static List<Vector> load(String file) {
        List<Vector> vectors = new ArrayList<>();
        for (String block : read(file).split("\n\n", -1)) {
            Map<String, String> values = new HashMap<>();
            for (String line : block.lines().toList()) {
                int colon = line.indexOf(": ");
                if (!line.startsWith("#") && colon > 0) {
                    values.put(line.substring(0, colon), line.substring(colon + 2));
                }
            }
            if (!values.isEmpty()) {
                String after = values.get("after");
                vectors.add(new Vector(
                        values.get("name"),
                        values.get("direction"),
                        values.get("message"),
                        new CapabilityFlags(Long.parseUnsignedLong(values.get("capabilities"), 16)),
                        after == null ? List.of() : List.of(after.split(", ", -1)),
                        values.get("hex"),
                        values.get("fields"),
                        values.get("rows")));
            }
        }
        return vectors;
    }

    private static String read(String file) {
        try (InputStream in = Vector.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The payload. */
    public byte[] bytes() {
        return ByteBufUtil.decodeHexDump(hex);
    }

    @Override
    public String toString() {
        return name;
    }
}
