// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.collation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.workersql.router.collation.Collation;
import com.workersql.server.embedded.EmbeddedShards;
import com.workersql.server.embedded.ShardFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two texts that a server calls equal have the same canonical key: asked of a MariaDB server, and for the collation that only
 * MySQL has of a MySQL server where {@code -Dworkersql.mysql.ports} names one. {@code -Dworkersql.collation.pairs} sets how many.
 */
class CollationIT {
    private static final long SEED = Long.getLong("workersql.seed", 20261126L);
    private static final int PAIRS = Integer.getInteger("workersql.collation.pairs", 20_000);
    private static final int BATCH = 200;

    private static EmbeddedShards servers;
    private static Connection mariaDb;
    private static Connection mySql;

    @BeforeAll
    static void start() throws Exception {
        System.out.println("seed " + SEED);
        var parent = Files.createDirectories(Path.of("target", "fleets").toAbsolutePath());
        servers = ShardFixture.start(ShardFixture.config(Files.createTempDirectory(parent, "collation"))
                .withShards(1)
                .withTenants(List.of()));
        mariaDb = ShardFixture.admin(servers.shards().get(0));
        String ports = System.getProperty("workersql.mysql.ports");
        if (ports != null) {
            mySql = DriverManager.getConnection(
                    "jdbc:mysql://127.0.0.1:" + ports.split(",", -1)[0]
                            + "/?sslMode=DISABLED&allowPublicKeyRetrieval=true&characterEncoding=UTF-8",
                    "root",
                    "");
        }
    }

    @AfterAll
    static void stop() throws SQLException {
        if (mySql != null) {
            mySql.close();
        }
        mariaDb.close();
        ShardFixture.end(servers);
    }

    /** Texts that are likely to be equal to one another: variants of a few letters, and characters of all planes. */
    private static String text(Random random) {
        String[] alike = {
            "a", "A", "á", "À", "ａ", "ª", "æ", "ae", "ß", "ss", "SS", "ſ", "s", "i", "ı", "İ", "I", "k", "K", "Å", "å",
            "ﬀ", "ff", "1", "①", "١", "½", " ", "\u00a0", "\u3000", "\t", "\u0000", "\u00ad", "\u200b", "-", "‐", "é",
            "e", "Е", "е", "ё", "й", "и", "ア", "ｱ", "あ", "カ", "が", "か", "한", "글", "漢", "😀", "😁", "Ω", "ω", "ϖ", "l",
            "ŀ", "ĳ", "ij", "№", "no", "ǆ", "dž"
        };
        var text = new StringBuilder();
        int length = 1 + random.nextInt(4);
        for (int i = 0; i < length; i++) {
            int character;
            switch (random.nextInt(8)) {
                case 0 -> character = random.nextInt(0x3000);
                case 1 -> character = random.nextInt(0x11_0000);
                default -> {
                    text.append(alike[random.nextInt(alike.length)]);
                    continue;
                }
            }
            boolean surrogate = character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
            text.appendCodePoint(surrogate ? 'x' : character);
        }
        return text.append(" ".repeat(random.nextInt(3))).toString();
    }

    private static String variant(Random random, String text) {
        return switch (random.nextInt(5)) {
            case 0 -> text.toUpperCase(Locale.ROOT);
            case 1 -> Normalizer.normalize(text, Normalizer.Form.NFKC);
            case 2 -> text.toLowerCase(Locale.ROOT) + " ";
            case 3 -> Normalizer.normalize(text, Normalizer.Form.NFD).replaceAll("\\p{Mn}", "");
            default -> text(random);
        };
    }

    private static List<Boolean> equal(Connection server, String collation, List<String[]> pairs) throws SQLException {
        var sql = new StringBuilder("SELECT ");
        for (int i = 0; i < pairs.size(); i++) {
            sql.append(i == 0 ? "" : ", ")
                    .append("(CONVERT(? USING utf8mb4) COLLATE ")
                    .append(collation);
            sql.append(" = CONVERT(? USING utf8mb4) COLLATE ").append(collation).append(')');
        }
        try (var statement = server.prepareStatement(sql.toString())) {
            int parameter = 1;
            for (var pair : pairs) {
                statement.setString(parameter++, pair[0]);
                statement.setString(parameter++, pair[1]);
            }
            try (var rows = statement.executeQuery()) {
                rows.next();
                var equal = new ArrayList<Boolean>();
                for (int i = 1; i <= pairs.size(); i++) {
                    equal.add(rows.getBoolean(i));
                }
                return equal;
            }
        }
    }

    private static void check(Connection server, String name) throws SQLException {
        var collation = Collation.named(name).orElseThrow();
        var random = new Random(SEED);
        int equalPairs = 0;
        int known = 0;
        int overFolded = 0;
        var underFolded = new ArrayList<String>();
        for (int done = 0; done < PAIRS; done += BATCH) {
            var pairs = new ArrayList<String[]>();
            for (int i = 0; i < BATCH; i++) {
                String one = text(random);
                pairs.add(new String[] {one, variant(random, one)});
            }
            var equal = equal(server, name, pairs);
            for (int i = 0; i < BATCH; i++) {
                byte[] one = collation.canonical(pairs.get(i)[0]);
                byte[] two = collation.canonical(pairs.get(i)[1]);
                if (one == null || two == null) {
                    continue;
                }
                known++;
                boolean same = Arrays.equals(one, two);
                equalPairs += equal.get(i) ? 1 : 0;
                overFolded += same && !equal.get(i) ? 1 : 0;
                if (equal.get(i) && !same) {
                    underFolded.add(String.join(" = ", pairs.get(i)));
                }
            }
        }
        System.out.printf(
                "%-24s %d pairs, %d with keys, %d equal on the server, %d more folded together%n",
                name, PAIRS, known, equalPairs, overFolded);
        assertThat(underFolded).isEmpty();
        assertThat(equalPairs).isGreaterThan(PAIRS / 20);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "utf8mb4_general_ci",
                "utf8mb4_unicode_ci",
                "utf8mb4_uca1400_ai_ci",
                "utf8mb4_uca1400_as_ci",
                "utf8mb4_uca1400_as_cs",
                "utf8mb4_uca1400_nopad_ai_ci",
                "utf8mb4_bin"
            })
    void keysThatMariaDbCallsEqualAreEqual(String collation) throws SQLException {
        check(mariaDb, collation);
    }

    @Test
    void keysThatMySqlCallsEqualAreEqual() throws SQLException {
        assumeTrue(mySql != null, "no MySQL server is named");
        for (String collation : List.of(
                "utf8mb4_0900_ai_ci",
                "utf8mb4_0900_as_ci",
                "utf8mb4_0900_as_cs",
                "utf8mb4_general_ci",
                "utf8mb4_unicode_ci",
                "utf8mb4_0900_bin")) {
            check(mySql, collation);
        }
    }
}
