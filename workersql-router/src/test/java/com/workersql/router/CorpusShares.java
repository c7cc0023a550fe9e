// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What becomes of a file of statements, one a line: of a tenant with a home, and without a tenant by the keys of their tables. */
final class CorpusShares {
    /** The counts, in their order. */
    static final String NAMES =
            "statements, parsed, of a tenant to its home, by keys to one shard, scattered, every shard, gateway, refused";

    private CorpusShares() {}

    /** Counts, prints what is refused with its reason, and the row of the README's table. */
    static int[] of(Path file, CorpusRouter router, ServerFlavor flavor, int serverVersion) throws IOException {
        int[] counts = new int[8];
        for (String sql : Files.readAllLines(file)) {
            if (sql.startsWith("#")) {
                continue;
            }
            counts[0]++;
            long before = router.unparsable();
            RoutePlan ofTenant = router.plan("app", flavor, serverVersion, sql);
            counts[1] += router.unparsable() == before ? 1 : 0;
            counts[2] += ofTenant instanceof RoutePlan.Refused ? 0 : 1;
            RoutePlan byKeys = router.plan(null, flavor, serverVersion, sql);
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
