// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("com.workersql.pool");

    @Test
    void knowsOnlyTheProtocolAndNetty() {
        noClasses()
                .should()
                .dependOnClassesThat(not(resideInAnyPackage(
                        "com.workersql.pool..", "com.workersql.protocol..", "io.netty..", "java..", "javax.net.ssl..")))
                .check(CLASSES);
    }

    @Test
    void theCoreDoesNoInputOrOutput() {
        noClasses()
                .that()
                .haveNameMatching(".*\\.(EndpointCore|Entry|Waiter|WaiterQueue|LoopIdle|EndpointCounters)")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "io.netty.channel..",
                        "io.netty.buffer..",
                        "io.netty.util.concurrent..",
                        "java.net..",
                        "java.io.."))
                .check(CLASSES);
    }

    @Test
    void readsNoClockButTheOneHandedInAndNeverWaits() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("com.workersql.pool.PoolConfig$Builder")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Lock.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(CountDownLatch.class)
                .check(CLASSES);
    }

    @Test
    void staticStateIsConstant() {
        fields().that().areStatic().should().beFinal().check(CLASSES);
    }
}
