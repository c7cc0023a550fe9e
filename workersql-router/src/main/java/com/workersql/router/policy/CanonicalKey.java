// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import com.workersql.router.ParameterValue;
import com.workersql.router.collation.Collation;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The form of a key that is hashed: values that SQL calls equal have the same bytes. A value of which that cannot be said,
 * because a server would convert the column for the comparison or because its collation reaches beyond what is known here,
 * has none. A value; safe for any thread.
 */
public final class CanonicalKey {

    /** Of more digits a server may make a double of the text, which then equals neighbours as well. */
    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,15}");

    private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final BigInteger UNSIGNED_END = BigInteger.ONE.shiftLeft(64);
    private static final int MAX_DIGITS = 65;

    private final byte[] bytes;
    private final KeyType type;

    private CanonicalKey(byte[] bytes, KeyType type) {
        this.bytes = bytes;
        this.type = type;
    }

    /**
     * {@return the canonical form of a value, or null where the value must not be hashed}
     *
     * @param type the key column's type
     * @param collation the key column's collation, for text
     * @param value the value with which the column is compared, or that it is given
     */
    public static CanonicalKey of(KeyType type, Collation collation, ParameterValue value) {
        byte[] bytes = switch (type) {
            case INT, UINT -> integer(type, value);
            case DECIMAL -> decimal(value);
            case STRING -> value instanceof ParameterValue.Text text ? collation.canonical(text.text()) : null;
            case BINARY -> binary(value);
            case DATE -> date(value);
            case UUID -> uuid(value);
        };
        return bytes == null ? null : new CanonicalKey(bytes, type);
    }

    /**
     * {@return the value as a number by which ranges can be told; a date as its days since 1970-01-01; null where the value
     * has no canonical form, or its type no order that is known here}
     *
     * @param type the key column's type
     * @param value the value with which the column is compared, or that it is given
     */
    public static BigDecimal number(KeyType type, ParameterValue value) {
        switch (type) {
            case INT, UINT, DECIMAL -> {
                if (value instanceof ParameterValue.Text text) {
                    return type != KeyType.DECIMAL && WHOLE.matcher(text.text()).matches()
                            ? new BigDecimal(text.text())
                            : null;
                }
                return exact(value);
            }
            case DATE -> {
                byte[] date = date(value);
                return date == null
                        ? null
                        : BigDecimal.valueOf(LocalDate.parse(new String(date, StandardCharsets.US_ASCII))
                                .toEpochDay());
            }
            default -> {
                return null;
            }
        }
    }

    /**
     * {@return the slot of this key}
     *
     * @param hash the hash function
     */
    public int slot(HashFunction hash) {
        return hash.slot(bytes, 0, bytes.length);
    }

    /** {@return a copy of the bytes} */
    public byte[] bytes() {
        return bytes.clone();
    }

    private static byte[] integer(KeyType type, ParameterValue value) {
        if (value instanceof ParameterValue.SignedInteger signed) {
            return type == KeyType.UINT && signed.value() < 0 ? null : bytes(signed.value());
        }
        if (value instanceof ParameterValue.UnsignedInteger unsigned) {
            return type == KeyType.INT && unsigned.bits() < 0 ? null : bytes(unsigned.bits());
        }
        if (value instanceof ParameterValue.Decimal number) {
            BigDecimal exact = exact(number.text());
            return exact == null || exact.stripTrailingZeros().scale() > 0 ? null : whole(type, exact.toBigInteger());
        }
        if (value instanceof ParameterValue.Text text
                && WHOLE.matcher(text.text()).matches()) {
            return whole(type, new BigInteger(text.text()));
        }
        return null;
    }

    private static byte[] whole(KeyType type, BigInteger value) {
        boolean fits = type == KeyType.INT
                ? value.bitLength() <= 63
                : value.signum() >= 0 && value.compareTo(UNSIGNED_END) < 0;
        return fits ? bytes(value.longValue()) : null;
    }

    private static byte[] bytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static BigDecimal exact(ParameterValue value) {
        if (value instanceof ParameterValue.SignedInteger signed) {
            return BigDecimal.valueOf(signed.value());
        }
        if (value instanceof ParameterValue.UnsignedInteger unsigned) {
            return new BigDecimal(Long.toUnsignedString(unsigned.bits()));
        }
        return value instanceof ParameterValue.Decimal decimal ? exact(decimal.text()) : null;
    }

    private static BigDecimal exact(String text) {
        if (text.length() > MAX_DIGITS + 2) {
            return null;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // An exponent would make a number of a few characters billions of digits long.
            if ((c < '0' || c > '9') && c != '.' && c != '-') {
                return null;
            }
        }
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static byte[] decimal(ParameterValue value) {
        BigDecimal number = exact(value);
        if (number == null) {
            return null;
        }
        return ascii(number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString());
    }

    private static byte[] binary(ParameterValue value) {
        if (value instanceof ParameterValue.Binary binary) {
            return binary.bytes();
        }
        if (value instanceof ParameterValue.Text text && text.text().chars().allMatch(c -> c < 0x80)) {
            return ascii(text.text());
        }
        return null;
    }

    private static byte[] date(ParameterValue value) {
        if (!(value instanceof ParameterValue.Text text)
                || !DATE.matcher(text.text()).matches()) {
            return null;
        }
        try {
            return ascii(LocalDate.parse(text.text()).toString());
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static byte[] uuid(ParameterValue value) {
        if (!(value instanceof ParameterValue.Text text)
                || !UUID.matcher(text.text()).matches()) {
            return null;
        }
        return ascii(text.text().toLowerCase(Locale.ROOT));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CanonicalKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** {@return the key for people: an integer as a number, printable text as it is, anything else in hexadecimal} */
    @Override
    public String toString() {
        if (type == KeyType.INT || type == KeyType.UINT) {
            long value = ByteBuffer.wrap(bytes).getLong();
            return type == KeyType.INT ? Long.toString(value) : Long.toUnsignedString(value);
        }
        for (byte b : bytes) {
            if (b < ' ' || b > '~') {
                return "0x" + HexFormat.of().formatHex(bytes);
            }
        }
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
