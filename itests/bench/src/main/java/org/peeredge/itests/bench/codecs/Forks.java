// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Has JMH run a trial in a JVM of its own. */
final class Forks {
    private static final int ITERATIONS = 5;

    /** Each of them warms a codec up as nodes do, which takes seconds: one a round. */
    private static final int SWAPS = 1;

    private static final TimeValue ITERATION = TimeValue.milliseconds(200);

    private Forks() {}

    /**
     * Runs it once.
     *
     * @return what was counted in each iteration, by the counter's name
     * @throws RunnerException when the JVM failed, or computed wrongly
     */
    static List<Map<String, Double>> run(Trial trial) throws IOException, RunnerException {
        ChainedOptionsBuilder options =
                new OptionsBuilder()
                        .forks(1)
                        .warmupForks(0)
                        .warmupIterations(1)
                        .warmupTime(ITERATION)
                        .measurementIterations(ITERATIONS)
                        .measurementTime(ITERATION)
                        .jvmArgs(trial.flags().arguments().toArray(String[]::new))
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .param("codec", trial.code().codec())
                        .param("k", String.valueOf(trial.code().k()))
                        .param("m", String.valueOf(trial.code().m()))
                        .param("symbolBytes", String.valueOf(trial.code().symbolBytes()));
        switch (trial) {
            case Trial.Blocks blocks ->
                    options.include(only(BlockBench.class))
                            .param("task", blocks.task().name())
                            .param("groups", String.valueOf(blocks.code().groups()));
            case Trial.Swap swap ->
                    options.include(only(SwapBench.class))
                            .warmupIterations(0)
                            .measurementIterations(SWAPS)
                            .param("classes", String.valueOf(swap.classes()));
        }
        List<Map<String, Double>> iterations = new ArrayList<>();
        for (RunResult run : new Runner(options.build()).run()) {
            for (BenchmarkResult fork : run.getBenchmarkResults()) {
                for (IterationResult iteration : fork.getIterationResults()) {
                    iterations.add(counters(iteration));
                }
            }
        }
        return iterations;
    }

    private static String only(Class<?> bench) {
        return "^" + Pattern.quote(bench.getName()) + "\\.";
    }

    private static Map<String, Double> counters(IterationResult iteration) {
        Map<String, Double> counters = new HashMap<>();
        iteration
                .getSecondaryResults()
                .forEach((name, result) -> counters.put(name, ((Result<?>) result).getScore()));
        return counters;
    }
}
