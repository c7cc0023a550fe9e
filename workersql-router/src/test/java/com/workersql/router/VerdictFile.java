// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import com.workersql.router.merge.Merge;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads the files of statements and what they come to. */
final class VerdictFile {

    /** One line: where it stands, in which context, what is expected, and the statement. */
    record Line(int number, StatementContext context, String verdict, String text) {
        byte[] sql() {
            return bytes(text);
        }

        @Override
        public String toString() {
            return "line " + number + ": " + text;
        }
    }

    private VerdictFile() {}

    static List<Line> read(String name, String tenant) {
        List<Line> lines = new ArrayList<>();
        StatementContext context = StatementContext.of(tenant, ServerFlavor.MYSQL, 80036)
                .withSchema(tenant)
                .withOwnAccount(true);
        int number = 0;
        for (String line : text(name).split("\n", -1)) {
            number++;
            if (line.startsWith("@")) {
                context = context(line, tenant);
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                int bar = line.indexOf(" | ");
                String sql = line.substring(bar + 3);
                lines.add(new Line(number, context, line.substring(0, bar).trim(), sql));
            }
        }
        return lines;
    }

    private static String text(String name) {
        try (InputStream in = VerdictFile.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static StatementContext context(String line, String tenant) {
        ServerFlavor flavor = line.contains("mariadb") ? ServerFlavor.MARIADB : ServerFlavor.MYSQL;
        int version = Integer.parseInt(line.replaceAll("^@ \\w+ (\\d+).*", "$1"));
        StatementContext context = StatementContext.of(tenant, flavor, version)
                .withSchema(tenant)
                .withOwnAccount(!line.contains("shared_account"))
                .withSqlMode(line.contains("ansi_quotes"), line.contains("no_backslash_escapes"));
        int charset = line.indexOf("charset=");
        return charset < 0
                ? context
                : context.withCharset(
                        ClientCharset.named(line.substring(charset + 8).trim()));
    }

    static byte[] bytes(String sql) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < sql.length(); i++) {
            if (sql.startsWith("\\x", i)) {
                out.write(Integer.parseInt(sql.substring(i + 2, i + 4), 16));
                i += 3;
            } else if (sql.startsWith("\\n", i)) {
                out.write('\n');
                i++;
            } else {
                out.writeBytes(sql.substring(i, i + 1).getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    static String verdict(RoutePlan plan) {
        if (plan instanceof RoutePlan.SingleShard single) {
            return single.discardConnectionAfterwards() ? "discard" : single.shard();
        }
        if (plan instanceof RoutePlan.Refused refused) {
            return Integer.toString(refused.errno());
        }
        if (plan instanceof RoutePlan.Broadcast broadcast) {
            return String.join(",", broadcast.shards());
        }
        if (plan instanceof RoutePlan.MultiShard multi) {
            String how = multi.combination() instanceof Merge ? "read " : "write ";
            return how + String.join(",", multi.shards());
        }
        return "local";
    }
}
