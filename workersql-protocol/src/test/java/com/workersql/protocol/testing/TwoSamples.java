// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.testing;

import java.util.Arrays;

/** Whether two samples of one size may come from the same distribution, by the test of Kolmogorov and Smirnov. */
public final class TwoSamples {
    private TwoSamples() {}

    /**
     * How probable a difference like that of the samples is where there is none.
     *
     * @param one left as it is
     * @param other of the same length; left as it is
     * @return from 0 for samples that have nothing in common to 1
     */
    public static double probabilityThatTheyAreAlike(double[] one, double[] other) {
        double[] a = one.clone();
        double[] b = other.clone();
        Arrays.sort(a);
        Arrays.sort(b);
        double distance = 0;
        for (int i = 0, j = 0; i < a.length && j < b.length; ) {
            double at = Math.min(a[i], b[j]);
            while (i < a.length && a[i] <= at) {
                i++;
            }
            while (j < b.length && b[j] <= at) {
                j++;
            }
            distance = Math.max(distance, Math.abs((double) i / a.length - (double) j / b.length));
        }
        double size = Math.sqrt(a.length / 2.0);
        double lambda = (size + 0.12 + 0.11 / size) * distance;
        double sum = 0;
        for (int k = 1; k <= 100; k++) {
            sum += 2 * (k % 2 == 1 ? 1 : -1) * Math.exp(-2.0 * k * k * lambda * lambda);
        }
        return lambda < 0.2 ? 1 : Math.max(0, Math.min(1, sum));
    }
}
