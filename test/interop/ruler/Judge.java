import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Machine;

/** One pair a line on standard input, {"pattern": "…", "event": "…"}; one verdict a line out: true, false, or refused and why. */
public class Judge {
  public static void main(String[] args) throws Exception {
    var json = new ObjectMapper();
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = lines.readLine()) != null; ) {
      var pair = json.readTree(line);
      System.out.println(verdict(pair.get("pattern").asText(), pair.get("event").asText()).replace('\n', ' '));
    }
  }

  private static String verdict(String pattern, String event) throws Exception {
    String fault = JsonRuleCompiler.check(pattern);
    if (fault != null) return "refused: " + fault;
    var machine = new Machine();
    try {
      machine.addRule("rule", pattern);
      return String.valueOf(!machine.rulesForJSONEvent(event).isEmpty());
    } catch (RuntimeException defect) {
      return "crashed: " + defect;
    }
  }
}
