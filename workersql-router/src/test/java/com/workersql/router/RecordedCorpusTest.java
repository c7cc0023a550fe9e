// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What becomes of the statements that applications sent to a server, one of each shape, long strings cut. A server's general log
 * ({@code SET GLOBAL general_log = ON, log_output = 'TABLE'}) has the statements of whatever runs against it. The shares are
 * pinned: a change of one is told, and is to be looked at.
 */
class RecordedCorpusTest {

    private static final Path FOLDER = Path.of("src/test/resources/com/workersql/router/recorded");

    private static final String POLICY = """
            version: 1
            shards: [shard_0, shard_1, shard_2, shard_3]
            tenants: { app: shard_1 }
            tables:
              sbtest1: { strategy: hash, key: id, key_type: int }
              warehouse1: { strategy: hash, key: w_id, key_type: int }
              district1: { strategy: hash, key: d_w_id, key_type: int, colocated_with: warehouse1 }
              customer1: { strategy: hash, key: c_w_id, key_type: int, colocated_with: warehouse1 }
              history1: { strategy: hash, key: h_w_id, key_type: int, colocated_with: warehouse1 }
              orders1: { strategy: hash, key: o_w_id, key_type: int, colocated_with: warehouse1 }
              new_orders1: { strategy: hash, key: no_w_id, key_type: int, colocated_with: warehouse1 }
              order_line1: { strategy: hash, key: ol_w_id, key_type: int, colocated_with: warehouse1 }
              stock1: { strategy: hash, key: s_w_id, key_type: int, colocated_with: warehouse1 }
              item1: { strategy: reference }
              wp_users: { strategy: hash, key: ID, key_type: int }
              wp_usermeta: { strategy: hash, key: user_id, key_type: int, colocated_with: wp_users }
              wp_posts: { strategy: hash, key: ID, key_type: int }
              wp_postmeta: { strategy: hash, key: post_id, key_type: int, colocated_with: wp_posts }
              wp_comments: { strategy: hash, key: comment_post_ID, key_type: int, colocated_with: wp_posts }
              wp_commentmeta: { strategy: hash, key: comment_id, key_type: int }
              auth_user: { strategy: hash, key: id, key_type: int }
              shop_order: { strategy: hash, key: user_id, key_type: int, colocated_with: auth_user }
              shop_line: { strategy: hash, key: order_id, key_type: int }
              shop_product: { strategy: reference }
              django_session: { strategy: hash, key: session_key, key_type: string }
              customers: { strategy: hash, key: id, key_type: int }
              orders: { strategy: hash, key: customer_id, key_type: int, colocated_with: customers }
              order_lines: { strategy: hash, key: order_id, key_type: int }
            """;

    /** The tables of the shop of Active Record, some of which have the names of another's. */
    private static final String RAILS = """
            version: 1
            shards: [shard_0, shard_1, shard_2, shard_3]
            tenants: { app: shard_1 }
            tables:
              users: { strategy: hash, key: id, key_type: int }
              orders: { strategy: hash, key: user_id, key_type: int, colocated_with: users }
              lines: { strategy: hash, key: order_id, key_type: int }
              products: { strategy: reference }
              tags: { strategy: reference }
              products_tags: { strategy: reference }
            """;

    /** Tables that an application has beside those, on one shard. */
    private static final List<String> SINGLE = List.of(
            "wp_options",
            "wp_links",
            "wp_terms",
            "wp_termmeta",
            "wp_term_taxonomy",
            "wp_term_relationships",
            "auth_group",
            "auth_permission",
            "auth_group_permissions",
            "auth_user_groups",
            "auth_user_user_permissions",
            "django_content_type",
            "django_migrations",
            "django_admin_log",
            "orders_SEQ",
            "hibernate_sequences",
            "Order_tags",
            "comments",
            "schema_migrations",
            "ar_internal_metadata");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sysbench  | 19, 19, 19, 5, 6, 4, 2, 2
            tpcc      | 76, 76, 76, 42, 0, 26, 7, 1
            wordpress | 131, 131, 131, 70, 25, 6, 4, 26
            django    | 149, 149, 149, 97, 15, 16, 4, 17
            hibernate | 66, 66, 65, 31, 5, 10, 5, 15
            rails     | 196, 196, 196, 95, 43, 28, 7, 23
            """)
    void statementsOfAnApplicationComeToWhatTheyCameToBefore(String source, String counts) throws IOException {
        var router = new CorpusRouter(source.equals("rails") ? RAILS : POLICY, SINGLE);
        CorpusShares.assertPinned(FOLDER.resolve(source + ".txt"), router, counts);
    }
}
