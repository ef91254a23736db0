// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.coding.BlockShape;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Memory;
import org.peeredge.dts.coding.Schedule;
import org.peeredge.dts.coding.Slab;
import org.peeredge.dts.coding.SourceBlock;

/**
 * Keeps symbols as they come. With the k-th of them the matrix is solved; if it cannot be, each
 * further symbol adds one row to what is known of it. What to compute is recorded only when the
 * block is wanted.
 */
final class RaptorqDecoder implements Decoder {
    /** Symbols beyond k that there is room for from the start. */
    private static final int FEW = 2;

    private final Gf256Kernel kernel;
    private final Parameters parameters;
    private final Supplier<Constraints> constraints;
    private final int sourceSymbols;
    private final int symbolBytes;
    private final long stride;
    private final Arrivals arrivals;

    private BlockShape shape;
    private boolean ready;

    /** Whether the intermediate symbols are computed. */
    private boolean computed;

    /** With how many symbols a matrix is tried whose order is not known. */
    private int nextTry;

    private Slab room;
    private @Nullable Solving solving;

    RaptorqDecoder(
            Gf256Kernel kernel,
            Parameters parameters,
            Supplier<Constraints> constraints,
            BlockShape shape) {
        this.kernel = kernel;
        this.parameters = parameters;
        this.constraints = constraints;
        this.shape = shape;
        sourceSymbols = shape.sourceSymbols();
        symbolBytes = shape.id().symbolBytes();
        stride = Stride.of(symbolBytes);
        int capacity = capacity(parameters, sourceSymbols);
        arrivals = new Arrivals(sourceSymbols, capacity);
        room = Memory.lend(Math.min(capacity, sourceSymbols + FEW) * stride);
        nextTry = sourceSymbols;
    }

    /** Symbols that are kept at most: if the matrix has its full rank, no more rows are in it. */
    static int capacity(Parameters parameters, int k) {
        return k + parameters.s() + parameters.h();
    }

    /** What is there only when symbols have to be computed. */
    private static final class Solving {
        final Solver solver;
        final Tuple tuple;
        final Schedule first;
        final Schedule second;
        final Output output;
        int[] sources = new int[0];
        final int[] targets;
        @Nullable Workspace workspace;

        Solving(Constraints constraints, int symbolBytes) {
            Parameters parameters = constraints.parameters;
            solver = new Solver(constraints);
            tuple = new Tuple(parameters);
            first = new Schedule(8 * parameters.l());
            second = new Schedule(10 * parameters.l());
            output = new Output(parameters, symbolBytes);
            targets = new int[parameters.h()];
        }

        void close() {
            output.close();
            Workspace columns = workspace;
            if (columns != null) {
                columns.close();
            }
        }
    }

    @Override
    public boolean offer(int number, ByteBuffer symbol) {
        room.memory();
        BlockShape.check(number, 1, RaptorqCodec.SYMBOLS);
        int length = number < sourceSymbols ? shape.length(number) : symbolBytes;
        if (symbol.remaining() != length) {
            throw new IllegalArgumentException(
                    "symbol " + number + " has " + length + " bytes, not " + symbol.remaining());
        }
        if (ready || !arrivals.add(number)) {
            return ready;
        }
        int at = (int) ((arrivals.count() - 1) * stride);
        if (at == room.bytes().capacity()) {
            grow();
        }
        ByteBuffer view = room.bytes();
        view.put(at, symbol, symbol.position(), length);
        for (int i = length; i < symbolBytes; i++) {
            view.put(at + i, (byte) 0);
        }
        ready = tryToSolve();
        return ready;
    }

    /** To the most that it can be: it rarely has to be. */
    private void grow() {
        Slab more = Memory.lend(arrivals.capacity() * stride);
        MemorySegment less = room.memory();
        MemorySegment.copy(less, 0, more.memory(), 0, less.byteSize());
        room.close();
        room = more;
    }

    private boolean tryToSolve() {
        int count = arrivals.count();
        if (arrivals.sources() == sourceSymbols) {
            return true;
        }
        if (count < sourceSymbols) {
            return false;
        }
        Solving here = solving();
        if (count > sourceSymbols && here.solver.ordered()) {
            addRow(here, count - 1);
            if (!here.solver.addLast()) {
                arrivals.dropLast();
                return false;
            }
            if (here.solver.solveAgain()) {
                return true;
            }
        } else if (count >= nextTry) {
            if (solve(here, count)) {
                return true;
            }
            nextTry = sourceSymbols + 2 * (count - sourceSymbols) + 1;
        }
        if (count == arrivals.capacity()) {
            startOverWithSources();
        }
        return false;
    }

    private boolean solve(Solving here, int count) {
        here.solver.start();
        for (int i = sourceSymbols; i < parameters.kPrime(); i++) {
            here.solver.constraints.addSource(here.solver.rows, i, -1);
        }
        for (int i = 0; i < count; i++) {
            addRow(here, i);
        }
        return here.solver.solve();
    }

    private void addRow(Solving here, int arrival) {
        int number = arrivals.number(arrival);
        if (number < sourceSymbols) {
            here.solver.constraints.addSource(here.solver.rows, number, arrival);
        } else {
            int x = number + parameters.kPrime() - sourceSymbols;
            here.solver.rows.add(here.tuple, x, arrival);
        }
    }

    /**
     * So many symbols without a solution are no accident: someone chose their numbers. They go, and
     * the source symbols stay.
     */
    private void startOverWithSources() {
        ByteBuffer view = room.bytes();
        int kept = 0;
        for (int i = 0; i < arrivals.count(); i++) {
            if (arrivals.number(i) < sourceSymbols) {
                view.put((int) (kept * stride), view, (int) (i * stride), symbolBytes);
                kept++;
            }
        }
        arrivals.keepSources();
        nextTry = sourceSymbols;
    }

    @Override
    public boolean ready() {
        return ready;
    }

    @Override
    public void recover(ByteBuffer into) {
        MemorySegment all = room.memory();
        ByteBuffer view = room.bytes();
        if (!ready) {
            throw new IllegalStateException(
                    arrivals.count() + " symbols of " + sourceSymbols + " are not enough");
        }
        SourceBlock.checkRoom(into, shape.blockBytes());
        int at = into.position();
        for (int i = 0; i < arrivals.count(); i++) {
            int number = arrivals.number(i);
            if (number < sourceSymbols) {
                into.put(at + shape.offset(number), view, (int) (i * stride), shape.length(number));
            }
        }
        if (arrivals.sources() < sourceSymbols) {
            Solving here = solving();
            if (!computed) {
                compute(here, all);
                computed = true;
            }
            missing(here, into, at);
        }
        into.position(at + shape.blockBytes());
    }

    private void compute(Solving here, MemorySegment all) {
        Solver solver = here.solver;
        int others = solver.others();
        Workspace workspace = here.workspace;
        if (workspace == null || !workspace.holds(others)) {
            if (workspace != null) {
                workspace.close();
            }
            workspace =
                    new Workspace(
                            arrivals.capacity(),
                            0,
                            parameters.l(),
                            others + (others >> 3),
                            symbolBytes,
                            Stride.padded(symbolBytes));
            here.workspace = workspace;
        }
        workspace.inputs(all, stride, arrivals.count());
        int width = solver.hdpcPart.width;
        if (here.sources.length < width) {
            here.sources = new int[width + (width >> 3)];
        }
        here.first.clear();
        here.second.clear();
        solver.recordFirst(here.first, workspace.columnSlot(), workspace.otherSlot());
        solver.recordSecond(here.second);
        solver.productSources(here.sources);
        solver.productTargets(here.targets);
        workspace.solve(
                kernel,
                here.first,
                solver.hdpcPart.factors,
                here.sources,
                width,
                here.targets,
                solver.inactivePart.free(),
                here.second);
        here.output.from(workspace);
    }

    private void missing(Solving here, ByteBuffer into, int at) {
        Output output = here.output;
        int firstMade = arrivals.nextMissing(0);
        for (int i = firstMade; i < sourceSymbols; ) {
            output.want(i);
            i = arrivals.nextMissing(i + 1);
            if (output.isFull() || i >= sourceSymbols) {
                int made = output.count();
                output.make(kernel, Stride.padded(symbolBytes));
                for (int j = 0; j < made; j++) {
                    output.copy(j, into, at + shape.offset(firstMade), shape.length(firstMade));
                    firstMade = arrivals.nextMissing(firstMade + 1);
                }
            }
        }
    }

    private Solving solving() {
        Solving here = solving;
        if (here == null) {
            here = new Solving(constraints.get(), symbolBytes);
            solving = here;
        }
        return here;
    }

    @Override
    public void reset(int groupBytes) {
        room.memory();
        if (groupBytes != shape.blockBytes()) {
            shape = new BlockShape(shape.id(), groupBytes);
        }
        arrivals.clear();
        ready = false;
        computed = false;
        nextTry = sourceSymbols;
    }

    @Override
    public void close() {
        room.close();
        Solving here = solving;
        if (here != null) {
            here.close();
            solving = null;
        }
    }

    /** Bytes that it holds now, of those that grow with the code. */
    long heldBytes() {
        Solving here = solving;
        Workspace workspace = here == null ? null : here.workspace;
        long own = room.memory().byteSize() + arrivals.sizeBytes();
        if (here == null) {
            return own;
        }
        return own
                + here.solver.sizeBytes()
                + here.first.sizeBytes()
                + here.second.sizeBytes()
                + 4L * here.sources.length
                + Output.sizeBytes(parameters.l(), symbolBytes)
                + (workspace == null ? 0 : workspace.sizeBytes());
    }
}
