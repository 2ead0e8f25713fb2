import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs Kafka's command-line tools one after the other in one JVM, because a JVM start costs seconds.
 *
 * <p>Each line on stdin is {"tool": CLASS, "arguments": [...], "stdin": TEXT}; each answer is one line
 * {"status": N, "out": TEXT, "err": TEXT}. A tool's exit call ends the tool, not the JVM.
 */
public class ToolRunner {
  /** Thrown in place of leaving the JVM. */
  static final class Left extends RuntimeException {
    final int status;

    Left(int status) {
      super("exit " + status, null, false, false);
      this.status = status;
    }
  }

  /** Tools keep the stream they saw first, so the stream stays and its target changes. */
  static final class Switch extends OutputStream {
    volatile ByteArrayOutputStream target = new ByteArrayOutputStream();

    @Override
    public void write(int b) {
      target.write(b);
    }

    @Override
    public void write(byte[] b, int from, int count) {
      target.write(b, from, count);
    }
  }

  static final Switch OUT = new Switch();
  static final Switch ERR = new Switch();

  public static void main(String[] unused) throws Exception {
    PrintStream answers = System.out;
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.setOut(new PrintStream(OUT, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(ERR, true, StandardCharsets.UTF_8));
    ObjectMapper json = new ObjectMapper();
    for (String line; (line = requests.readLine()) != null; ) {
      ObjectNode answer = run(json, json.readTree(line));
      answers.println(json.writeValueAsString(answer));
      answers.flush();
    }
    // The hooks and threads that tools leave behind must not hold the process.
    Runtime.getRuntime().halt(0);
  }

  static ObjectNode run(ObjectMapper json, JsonNode request) {
    OUT.target = new ByteArrayOutputStream();
    ERR.target = new ByteArrayOutputStream();
    byte[] input = request.get("stdin").asText().getBytes(StandardCharsets.UTF_8);
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input));
    // A tool may catch what its exit call throws and exit again: the first status counts.
    AtomicReference<Integer> left = new AtomicReference<>();
    Exit.Procedure leave =
        (status, message) -> {
          left.compareAndSet(null, status);
          throw new Left(status);
        };
    Exit.setExitProcedure(leave);
    Exit.setHaltProcedure(leave);
    List<Runnable> hooks = new ArrayList<>();
    Exit.setShutdownHookAdder((name, hook) -> hooks.add(hook));
    int status = 0;
    try {
      String[] arguments = json.convertValue(request.get("arguments"), String[].class);
      Class.forName(request.get("tool").asText())
          .getMethod("main", String[].class)
          .invoke(null, (Object) arguments);
    } catch (InvocationTargetException e) {
      if (!(e.getCause() instanceof Left)) {
        e.getCause().printStackTrace();
        status = 1;
      }
    } catch (ReflectiveOperationException e) {
      e.printStackTrace();
      status = 1;
    } finally {
      System.setIn(before);
    }
    // The console producer sends what is left in its shutdown hook.
    hooks.forEach(Runnable::run);
    System.out.flush();
    System.err.flush();
    ObjectNode answer = json.createObjectNode();
    answer.put("status", left.get() != null ? left.get() : status);
    answer.put("out", OUT.target.toString(StandardCharsets.UTF_8));
    answer.put("err", ERR.target.toString(StandardCharsets.UTF_8));
    return answer;
  }
}
