// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("com.workersql.breaker");

    @Test
    void knowsNothingButTheJdkAndFailsafe() {
        noClasses()
                .should()
                .dependOnClassesThat(com.tngtech.archunit.base.DescribedPredicate.not(
                        resideInAnyPackage("com.workersql.breaker..", "java..", "dev.failsafe..")))
                .check(CLASSES);
    }

    @Test
    void onlyThePolicyKnowsFailsafe() {
        noClasses()
                .that()
                .resideOutsideOfPackage("com.workersql.breaker.failsafe..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.failsafe.."))
                .check(CLASSES);
    }

    @Test
    void doesNotTouchFailsafesInternals() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("dev.failsafe.internal.."))
                .check(CLASSES);
    }

    @Test
    void readsNoClockAndNeverWaits() {
        noClasses()
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.time.Instant")
                .check(CLASSES);
    }

    @Test
    void doesNoInputOrOutput() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.net..", "java.nio..", "java.util.logging.."))
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("com.workersql.breaker.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }
}
