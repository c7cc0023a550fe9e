// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What becomes of a file of statements, one a line: of a tenant with a home, and without a tenant by the keys of their tables. */
final class CorpusShares {
    /** The counts, in their order. */
    private static final String NAMES =
            "statements, parsed, of a tenant to its home, by keys to one shard, scattered, every shard, gateway, refused";

    private static final int MYSQL_9 = 90_000;

    private CorpusShares() {}

    /**
     * What becomes of them on MySQL 9 is what it was before.
     *
     * @param expected the counts
     */
    static void assertPinned(Path file, CorpusRouter router, String expected) throws IOException {
        assertThat(Arrays.toString(of(file, router))).as(NAMES).isEqualTo("[" + expected + "]");
    }

    /** Counts, prints what is refused with its reason, and the row of the README's table. */
    private static int[] of(Path file, CorpusRouter router) throws IOException {
        int[] counts = new int[8];
        for (String sql : Files.readAllLines(file)) {
            if (sql.startsWith("#")) {
                continue;
            }
            counts[0]++;
            long before = router.unparsable();
            RoutePlan ofTenant = router.plan("app", ServerFlavor.MYSQL, MYSQL_9, sql);
            counts[1] += router.unparsable() == before ? 1 : 0;
            counts[2] += ofTenant instanceof RoutePlan.Refused ? 0 : 1;
            RoutePlan byKeys = router.plan(null, ServerFlavor.MYSQL, MYSQL_9, sql);
            if (byKeys instanceof RoutePlan.SingleShard) {
                counts[3]++;
            } else if (byKeys instanceof RoutePlan.MultiShard) {
                counts[4]++;
            } else if (byKeys instanceof RoutePlan.Broadcast) {
                counts[5]++;
            } else if (byKeys instanceof RoutePlan.Local) {
                counts[6]++;
            } else {
                counts[7]++;
                System.out.println("by keys refused: " + ((RoutePlan.Refused) byKeys).reason() + ": " + sql);
            }
            if (ofTenant instanceof RoutePlan.Refused no) {
                System.out.println("of a tenant refused: " + no.reason() + ": " + sql);
            }
        }
        System.out.println("| " + file.getFileName() + " | "
                + Arrays.stream(counts).mapToObj(Integer::toString).collect(Collectors.joining(" | ")) + " |");
        return counts;
    }
}
