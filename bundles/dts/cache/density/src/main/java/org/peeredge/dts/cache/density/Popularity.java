// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.density;

/**
 * How often each blob was asked for, and what that foretells. Each request weighs a little more
 * than the one before, so that earlier ones fade without being touched; a {@link Sketch} remembers
 * blobs that are gone. What a count means says a {@link Forecast} by the {@link Law} that a {@link
 * Sample} follows; when popularity has shifted, as a {@link ShiftDetector} says, earlier counts are
 * given up.
 */
final class Popularity {
    /** Requests in which a count fades by half, for each blob that is asked for. */
    private static final int HALF_LIFE_PER_BLOB = 16;

    private static final int MIN_HALF_LIFE = 4_096;

    /** A request for what was never seen makes counts fade so much less: scans are long. */
    private static final double STRANGER_TICK = 0.25;

    /** What a blob must have been asked for, in requests of now, to count as seen before. */
    private static final double SEEN = 0.5;

    /** When popularity has shifted, earlier counts weigh as much as so many requests. */
    private static final double KEPT_AT_SHIFT = 100;

    /** What is believed until there were as many requests. */
    private static final double BLOBS_AT_FIRST = 1_000;

    private static final double EXPONENT_AT_FIRST = 0.9;

    /** A blob that was asked for once is forgotten when as many requests as count have passed. */
    private static final double FORGOTTEN = Math.exp(-1);

    /** Requests between two looks whether the forecast is still right. */
    private static final int LOOK_EVERY = 50;

    /** A forecast is made anew when so many requests have passed, */
    private static final int FORECAST_EVERY = 10_000;

    /** or when what it rests on has changed by this part. */
    private static final double FORECAST_STALE = 0.05;

    /** What depends on weights is made anew when they have grown by this part. */
    private static final double WEIGHT_STALE = 0.2;

    /** Where counts are scaled down: far from what a float can hold. */
    private static final double MAX_WEIGHT = 1e15;

    private static final int COLUMNS_PER_BLOB = 16;
    private static final int MIN_COLUMNS = 1 << 14;
    private static final int MAX_COLUMNS = 1 << 18;

    private Sketch sketch = new Sketch(MIN_COLUMNS);
    private final Sample sample = new Sample();
    private final ShiftDetector shifts = new ShiftDetector();
    private double weight = 1;

    /** The sum of all counts, faded as they are. */
    private double total;

    /** The part of it of blobs that came for the first time: with a scan, the most. */
    private double strangers;

    private Law law = new Law(BLOBS_AT_FIRST, EXPONENT_AT_FIRST, 1);
    private Forecast forecast = new Forecast(law);
    private double forecastTotal = 1;
    private double weightAtChange = 1;
    private int untilLook;
    private int untilForecast;
    private int changes;

    /** Counts of all requests for a blob, in units that grow; they order blobs as they are. */
    double count(long hash) {
        return sketch.count(hash);
    }

    /** The weight of a request now, which is what a blob that is asked for has at least. */
    double weight() {
        return weight;
    }

    /** What to expect of a blob with a count, in units that grow as counts do. */
    double expected(double count) {
        return forecast.of(count / weight) * weight;
    }

    /** Differs from what it was when what was expected of blobs has to be asked for again. */
    int changes() {
        return changes;
    }

    /** Notes requests for a blob; its count then. */
    double asked(long hash, int times, boolean here) {
        look();
        double before = sketch.count(hash);
        double again = (total - strangers) / weight;
        int since = shifts.request(hash, before / weight, again, law.blobs);
        if (since > 0) {
            shifted(since);
            before = sketch.count(hash);
        }
        boolean seen = here || before > SEEN * weight;
        age(seen ? 1 : STRANGER_TICK);
        strangers += seen ? 0 : weight;
        return note(hash, before + times * weight, times);
    }

    private double note(long hash, double count, int times) {
        sketch.raise(hash, (float) count);
        sample.put(hash, count);
        total += times * weight;
        return count;
    }

    private void look() {
        if (--untilLook > 0) {
            return;
        }
        untilLook = LOOK_EVERY;
        untilForecast -= LOOK_EVERY;
        double requests = Math.max(1, total / weight);
        boolean stale = Math.abs(requests - forecastTotal) > FORECAST_STALE * forecastTotal;
        if (stale || untilForecast <= 0) {
            foretell(requests);
        } else if (weight > weightAtChange * (1 + WEIGHT_STALE)) {
            changed();
        }
    }

    private void foretell(double requests) {
        Law seen = Law.fit(sample.blobsWith(weight, weight * FORGOTTEN), sample.scale(), requests);
        // Fewer requests than blobs say little of how many there are: soon after a shift.
        boolean known = requests > law.blobs;
        law = known ? seen : new Law(law.blobs, law.exponent, requests);
        forecast = new Forecast(law);
        forecastTotal = requests;
        untilForecast = FORECAST_EVERY;
        changed();
    }

    private void changed() {
        weightAtChange = weight;
        changes++;
    }

    /** Forgets most of what was counted but for the last {@code since} requests. */
    private void shifted(int since) {
        scale(Math.min(1, KEPT_AT_SHIFT * weight / total));
        for (int back = since; back > 1; back--) {
            long hash = shifts.last(back);
            note(hash, sketch.count(hash) + weight, 1);
        }
        foretell(Math.max(1, total / weight));
    }

    private void age(double ticks) {
        weight *= Math.pow(2, ticks / Math.max(MIN_HALF_LIFE, HALF_LIFE_PER_BLOB * law.blobs));
        if (weight > MAX_WEIGHT) {
            scale(1 / weight);
            weight = 1;
            changed();
        }
    }

    private void scale(double factor) {
        sketch.scale((float) factor);
        sample.multiply(factor);
        total *= factor;
        strangers *= factor;
    }

    /** Makes room in the sketch for {@code blobs} that are here, and many that are not. */
    void grow(int blobs, Iterable<Long> hashes) {
        if (blobs * COLUMNS_PER_BLOB > sketch.columns() && sketch.columns() < MAX_COLUMNS) {
            Sketch before = sketch;
            sketch = new Sketch(before.columns() * 2);
            hashes.forEach(hash -> sketch.raise(hash, before.count(hash)));
        }
    }
}
