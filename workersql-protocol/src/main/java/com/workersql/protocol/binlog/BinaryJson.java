// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.value.RealText;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/**
 * MySQL's binary form of JSON, printed as the server prints it.
 *
 * <pre>{@code
 * type (1 byte), value
 * object and array: number of elements, size in bytes (2 or 4 bytes each),
 *     [ object: for each key: offset (2 or 4 bytes), length (2 bytes) ],
 *     for each value: type (1 byte), offset or, where it fits, the value itself (2 or 4 bytes), keys, values
 * string: length (seven bits to a byte, the lowest first), UTF-8
 * opaque: column type (1 byte), length as of strings, bytes
 * }</pre>
 *
 * <p>Offsets may point anywhere, also to the same place again and again, so that a few bytes could stand for gigabytes of text. The
 * server never writes a byte for two values: all that is read is counted, and more than the document has is malformed. Source:
 * dev.mysql.com "JSON Binary Format" (json_binary.h).
 */
final class BinaryJson {
    private static final int MAX_DEPTH = 100;

    private final ByteBuf in;
    private final StringBuilder out = new StringBuilder();
    private long budget;

    /** @param document from its reader index to its writer index; neither moves */
    BinaryJson(ByteBuf document) {
        in = document.slice();
        budget = in.readableBytes();
    }

    /** @throws ProtocolException when it is malformed */
    String text() {
        if (!in.isReadable()) {
            // What a NOT NULL column gets by INSERT IGNORE; the server reads it as the literal.
            return "null";
        }
        spend(1);
        print(in.getUnsignedByte(0), 1, 1);
        return out.toString();
    }

    private void print(int type, int at, int depth) {
        if (depth > MAX_DEPTH) {
            throw ProtocolException.malformed("JSON of more than " + MAX_DEPTH + " levels");
        }
        switch (type) {
            case 0 -> printContainer(at, 2, true, depth);
            case 1 -> printContainer(at, 4, true, depth);
            case 2 -> printContainer(at, 2, false, depth);
            case 3 -> printContainer(at, 4, false, depth);
            case 4 -> printLiteral(in.getUnsignedByte(need(at, 1)));
            case 5 -> out.append(in.getShortLE(need(at, 2)));
            case 6 -> out.append(in.getUnsignedShortLE(need(at, 2)));
            case 7 -> out.append(in.getIntLE(need(at, 4)));
            case 8 -> out.append(in.getUnsignedIntLE(need(at, 4)));
            case 9 -> out.append(in.getLongLE(need(at, 8)));
            case 10 -> out.append(Long.toUnsignedString(in.getLongLE(need(at, 8))));
            case 11 -> printDouble(in.getDoubleLE(need(at, 8)));
            case 12 -> printString(at);
            case 15 -> printOpaque(at);
            default -> throw ProtocolException.malformed("JSON of unknown type " + type);
        }
    }

    private void printContainer(int at, int size, boolean isObject, int depth) {
        need(at, 2 * size);
        long count = readOffset(at, size);
        long bytes = readOffset(at + size, size);
        int keyEntry = isObject ? size + 2 : 0;
        int valueEntry = size + 1;
        long header = 2L * size + count * (keyEntry + valueEntry);
        if (header > bytes || bytes > in.writerIndex() - at) {
            throw ProtocolException.malformed("a JSON container of " + bytes + " bytes with " + count + " elements, "
                    + (in.writerIndex() - at) + " are left");
        }
        spend(header - 2L * size);
        int end = at + (int) bytes;
        out.append(isObject ? '{' : '[');
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : ", ");
            if (isObject) {
                printKey(at, at + 2 * size + i * keyEntry, size, end);
            }
            int entry = at + 2 * size + (int) count * keyEntry + i * valueEntry;
            int type = in.getUnsignedByte(entry);
            if (isInline(type, size)) {
                budget += size;
                print(type, entry + 1, depth + 1);
            } else {
                print(type, inside(at, readOffset(entry + 1, size), end), depth + 1);
            }
        }
        out.append(isObject ? '}' : ']');
    }

    private static boolean isInline(int type, int size) {
        return type == 4 || type == 5 || type == 6 || (size == 4 && (type == 7 || type == 8));
    }

    private void printKey(int container, int entry, int size, int end) {
        int at = inside(container, readOffset(entry, size), end);
        int length = in.getUnsignedShortLE(entry + size);
        if (length > end - at) {
            throw ProtocolException.malformed("a JSON key of " + length + " bytes, " + (end - at) + " are left");
        }
        quote(in.toString(need(at, length), length, StandardCharsets.UTF_8));
        out.append(": ");
    }

    private static int inside(int container, long offset, int end) {
        if (offset > end - container) {
            throw ProtocolException.malformed(
                    "JSON at " + offset + " of a container of " + (end - container) + " bytes");
        }
        return container + (int) offset;
    }

    private long readOffset(int at, int size) {
        return size == 2 ? in.getUnsignedShortLE(at) : in.getUnsignedIntLE(at);
    }

    private void printLiteral(int code) {
        out.append(
                switch (code) {
                    case 0 -> "null";
                    case 1 -> "true";
                    case 2 -> "false";
                    default -> throw ProtocolException.malformed("a JSON literal " + code);
                });
    }

    private void printDouble(double value) {
        String text = RealText.of(value);
        out.append(text);
        if (text.indexOf('.') < 0 && text.indexOf('e') < 0) {
            out.append(".0");
        }
    }

    private void printString(int at) {
        int[] position = {at};
        int length = readLength(position);
        quote(in.toString(need(position[0], length), length, StandardCharsets.UTF_8));
    }

    private void printOpaque(int at) {
        int type = in.getUnsignedByte(need(at, 1));
        int[] position = {at + 1};
        int length = readLength(position);
        ByteBuf value = in.slice(need(position[0], length), length);
        switch (type) {
            case 246 -> {
                ProtocolStrings.require(value, 2);
                out.append(BinaryDecimal.read(value, value.readUnsignedByte(), value.readUnsignedByte())
                        .toPlainString());
            }
            case 10, 7, 12 -> {
                ProtocolStrings.require(value, 8);
                long packed = value.readLongLE();
                var moment = TemporalValues.dateTime(packed >> 24, TemporalValues.micros(packed), 6);
                quote(type == 10 ? moment.date().text() : moment.text());
            }
            case 11 -> {
                ProtocolStrings.require(value, 8);
                long packed = value.readLongLE();
                long magnitude = Math.abs(packed);
                quote(TemporalValues.time(packed < 0, magnitude >> 24, TemporalValues.micros(magnitude), 6)
                        .text());
            }
            default -> {
                byte[] bytes = ProtocolStrings.readRestBytes(value);
                out.append("\"base64:type").append(type).append(':');
                out.append(Base64.getEncoder().encodeToString(bytes)).append('"');
            }
        }
    }

    private int readLength(int[] position) {
        long length = 0;
        for (int i = 0; i < 5; i++) {
            int next = in.getUnsignedByte(need(position[0]++, 1));
            length |= (next & 0x7FL) << (7 * i);
            if ((next & 0x80) == 0) {
                if (length > in.writerIndex() - position[0]) {
                    throw ProtocolException.malformed("a JSON string of " + length + " bytes");
                }
                return (int) length;
            }
        }
        throw ProtocolException.malformed("a length of more than five bytes in JSON");
    }

    /** Checks and counts {@code length} bytes at {@code at}, and gives {@code at} back. */
    private int need(int at, int length) {
        if (length > in.writerIndex() - at) {
            throw ProtocolException.malformed("JSON of " + length + " bytes, " + (in.writerIndex() - at) + " are left");
        }
        spend(length);
        return at;
    }

    private void spend(long bytes) {
        budget -= bytes;
        if (budget < 0) {
            throw ProtocolException.malformed("JSON whose values share their bytes");
        }
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20) {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
