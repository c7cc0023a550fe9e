// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OptimisticLockException;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.hibernate.Hibernate;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What an application with Hibernate does all day, by eight threads on four connections to the shard: keys by AUTO_INCREMENT and by
 * sequence, batches, lazy collections, versions that collide, and reads outside of transactions. {@code
 * -Dworkersql.workload.rounds=500} is the long form.
 */
class HibernateWorkloadIT {
    private static final int CONNECTIONS = 4;
    /** Where a server has no sequences, each needs a second connection within its transaction. */
    private static final int CLIENTS = Fleet.isMySql() ? CONNECTIONS - 1 : 8;

    /** Where there are more connections than clients, a client mostly finds the one that it has just given back. */
    private static final double FEWEST_MOVED = Fleet.isMySql() ? 0.05 : 0.2;

    private static final int ROUNDS = Integer.getInteger("workersql.workload.rounds", 15);
    private static final int ITEMS = 5;

    private static Fleet fleet;
    private static SessionFactory sessions;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(config -> Fleet.withConnections(config, CONNECTIONS));
        sessions = new Configuration()
                .addAnnotatedClass(Purchase.class)
                .addAnnotatedClass(Item.class)
                .setProperty("hibernate.connection.url", url())
                .setProperty("hibernate.connection.username", "acme")
                .setProperty("hibernate.connection.password", fleet.password("acme"))
                .setProperty("hibernate.connection.autocommit", "true")
                // Where a server has no sequences, a table stands for one, by a connection of its own.
                .setProperty("hibernate.connection.pool_size", Integer.toString(2 * CLIENTS))
                .setProperty("hibernate.jdbc.batch_size", "20")
                .setProperty("hibernate.hbm2ddl.auto", "create")
                .buildSessionFactory();
    }

    /** Hibernate takes any server for a MariaDB that the driver for that reaches, and expects sequences of it. */
    private static String url() {
        String place = "://127.0.0.1:" + fleet.gateway().mysqlAddress().getPort() + "/acme";
        return Fleet.isMySql()
                ? "jdbc:mysql" + place + "?sslMode=DISABLED&allowPublicKeyRetrieval=true"
                : "jdbc:mariadb" + place + "?sslMode=disable&allowPublicKeyRetrieval=true";
    }

    @AfterAll
    static void stop() {
        try {
            if (sessions != null) {
                sessions.close();
            }
        } finally {
            if (fleet != null) {
                fleet.close();
            }
        }
    }

    @Test
    void hibernateKeepsAConnectionForTransactionsAlone() throws Exception {
        Set<Long> keys = ConcurrentHashMap.newKeySet();
        var collisions = new AtomicInteger();

        var counted = Workload.measure(fleet, "Hibernate", CLIENTS, ROUNDS, (client, round) -> {
            long id = sessions.fromTransaction(session -> {
                var purchase = new Purchase(client);
                for (int n = 0; n < ITEMS; n++) {
                    purchase.items.add(new Item(purchase, n));
                }
                session.persist(purchase);
                session.flush();
                purchase.items.forEach(item -> keys.add(item.id));
                return purchase.id;
            });
            sessions.inTransaction(session -> {
                var purchase = session.find(Purchase.class, id);
                assertThat(Hibernate.isInitialized(purchase.items)).isFalse();
                assertThat(purchase.items).hasSize(ITEMS);
                purchase.total++;
            });
            if (collides(id)) {
                collisions.incrementAndGet();
            }
            sessions.inSession(session -> {
                assertThat(session.find(Purchase.class, id).total).isEqualTo(2);
                assertThat(session.createQuery("from Item where purchase.id = :id order by n", Item.class)
                                .setParameter("id", id)
                                .setMaxResults(3)
                                .list())
                        .extracting(item -> item.n)
                        .containsExactly(0, 1, 2);
            });
        });

        assertThat(keys).as("each key of the sequence is given once").hasSize(CLIENTS * ROUNDS * ITEMS);
        assertThat(collisions).hasValue(CLIENTS * ROUNDS);
        assertThat(counted.pins()).as("pins for other reasons").isZero();
        assertThat(counted.kept()).as("statements of transactions").isPositive();
        assertThat(counted.movedShare())
                .as("the share of statements that moved")
                .isGreaterThan(FEWEST_MOVED);
    }

    /** Two read the same version; who writes second is told. */
    private static boolean collides(long id) {
        var read = sessions.fromTransaction(late -> late.find(Purchase.class, id));
        sessions.inTransaction(early -> early.find(Purchase.class, id).total++);
        read.total = -1;
        try {
            sessions.inTransaction(late -> late.merge(read));
            return false;
        } catch (OptimisticLockException e) {
            return true;
        }
    }

    @Entity(name = "Purchase")
    static class Purchase {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @Version
        int version;

        int customer;
        int total;

        @OneToMany(mappedBy = "purchase", cascade = CascadeType.ALL)
        List<Item> items = new ArrayList<>();

        Purchase() {}

        Purchase(int customer) {
            this.customer = customer;
        }
    }

    @Entity(name = "Item")
    static class Item {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "item_sequence")
        @SequenceGenerator(name = "item_sequence", sequenceName = "item_sequence", allocationSize = 5)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        Purchase purchase;

        int n;

        Item() {}

        Item(Purchase purchase, int n) {
            this.purchase = purchase;
            this.n = n;
        }
    }
}
