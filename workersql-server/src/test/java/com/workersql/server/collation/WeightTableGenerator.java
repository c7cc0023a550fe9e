// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.collation;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Makes a table of weights for the router by asking a server for {@code WEIGHT_STRING} of every character. Run it against a
 * MariaDB server for {@code general_ci}, {@code unicode_ci} and {@code uca1400_ai_ci}, and against a MySQL server for
 * {@code 0900_ai_ci}:
 *
 * <pre>java ... WeightTableGenerator jdbc:mariadb://127.0.0.1:3306/?user=root utf8mb4_general_ci general_ci.weights.gz</pre>
 *
 * <p>Characters that a server weighs together with their neighbours are left out: marks, the vowels that are written before
 * the consonant behind which they sort, and the two points that make one letter of an l before them. What is left is checked by
 * {@code CollationIT}.
 */
public final class WeightTableGenerator {
    private static final int BATCH = 400;

    private WeightTableGenerator() {}

    /**
     * Makes one table.
     *
     * @param arguments JDBC address, collation, file
     */
    public static void main(String[] arguments) throws SQLException, IOException {
        try (var connection = DriverManager.getConnection(arguments[0])) {
            write(read(connection, arguments[1]), Path.of(arguments[2]));
        }
    }

    /** Whether a server may weigh a character together with its neighbours. */
    static boolean isContextual(int character, String collation) {
        if (collation.contains("general")) {
            return false;
        }
        return switch (Character.getType(character)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> true;
            default ->
                // Thai, Lao, New Tai Lue and Tai Viet vowels, and the middle points behind an l.
                (character >= 0x0E40 && character <= 0x0E44)
                        || (character >= 0x0EC0 && character <= 0x0EC4)
                        || (character >= 0x19B0 && character <= 0x19C9)
                        || (character >= 0xAAB0 && character <= 0xAADF)
                        || character == 0x00B7
                        || character == 0x0387;
        };
    }

    /** The weights of each character; null for what is left out. */
    private static char[][] read(Connection connection, String collation) throws SQLException {
        var weights = new char[Character.MAX_CODE_POINT + 1][];
        var batch = new ArrayList<Integer>();
        for (int character = 0; character < weights.length; character++) {
            boolean surrogate = character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
            if (!surrogate && Character.isDefined(character) && !isContextual(character, collation)) {
                batch.add(character);
            }
            if (batch.size() == BATCH || character == weights.length - 1) {
                ask(connection, collation, batch, weights);
                batch.clear();
            }
        }
        return weights;
    }

    private static void ask(Connection connection, String collation, List<Integer> batch, char[][] weights)
            throws SQLException {
        if (batch.isEmpty()) {
            return;
        }
        var sql = new StringBuilder("SELECT ");
        for (int character : batch) {
            sql.append(sql.length() > 7 ? "," : "")
                    .append("HEX(WEIGHT_STRING(CONVERT(_utf32 x'")
                    .append(String.format("%08x", character))
                    .append("' USING utf8mb4) COLLATE ")
                    .append(collation)
                    .append("))");
        }
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql.toString())) {
            rows.next();
            for (int i = 0; i < batch.size(); i++) {
                String hex = rows.getString(i + 1);
                var own = new char[hex.length() / 4];
                for (int w = 0; w < own.length; w++) {
                    own[w] = (char) Integer.parseInt(hex.substring(w * 4, w * 4 + 4), 16);
                }
                weights[batch.get(i)] = own;
            }
        }
    }

    private static void write(char[][] weights, Path file) throws IOException {
        var runs = new ArrayList<int[]>();
        int total = 0;
        for (int start = 0; start < weights.length; ) {
            if (weights[start] == null) {
                start++;
                continue;
            }
            int step = start + 1 < weights.length && continues(weights, start, start + 1, 0) ? 0 : 1;
            int end = start + 1;
            while (end < weights.length && continues(weights, start, end, step)) {
                end++;
            }
            runs.add(new int[] {start, end - start, step});
            total += weights[start].length;
            start = end;
        }
        try (OutputStream out = Files.newOutputStream(file);
                var data = new DataOutputStream(new GZIPOutputStream(out) {
                    {
                        def.setLevel(Deflater.BEST_COMPRESSION);
                    }
                })) {
            data.writeInt(runs.size());
            data.writeInt(total);
            for (int[] run : runs) {
                data.writeInt(run[0]);
                data.writeInt(run[1]);
                data.writeByte(run[2]);
                data.writeByte(weights[run[0]].length);
                for (char weight : weights[run[0]]) {
                    data.writeChar(weight);
                }
            }
        }
        System.out.println(file + ": " + runs.size() + " runs, " + total + " weights, " + Files.size(file) + " bytes");
    }

    private static boolean continues(char[][] weights, int start, int at, int step) {
        if (weights[at] == null || weights[at].length != weights[start].length) {
            return false;
        }
        int last = weights[start].length - 1;
        if (last < 0) {
            return true;
        }
        return Arrays.equals(weights[start], 0, last, weights[at], 0, last)
                && weights[at][last] == weights[start][last] + step * (at - start);
    }
}
