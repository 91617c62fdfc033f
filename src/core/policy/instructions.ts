/**
 * What reads like an order to a machine, in folded text. It may be severe: a question that is not let
 * through is asked without its words, and its person is answered all the same.
 */
export const INSTRUCTIONS: readonly RegExp[] = [
  // To leave aside what was said before, in languages of the Latin alphabet.
  /\bignor/,
  /\b(?:disregard|override|overrule|bypass|circumvent|neglect|supersede|forget (?:about|all|any|every|the|what|your))/,
  /\b(?:do not|don'?t|stop|no longer) (?:follow|obey|apply|use|listen)/,
  /\b(?:vergiss|vergesst|missacht|ubergeh|umgeh|befolge)/,
  /\b(?:oublie|contourne|outrepasse|olvid|desobedec|omite|haz caso|dimentica|trascura|esqueca|desconsider)/,
  /\b(?:negeer|vergeet|zapomnij|pomin|glom|bortse|unohda|ohita|yoksay|gormezden|unut|bo qua|abaikan|lupakan|zapomen)/,
  /\b(?:instru[ckz]|anweisung|vorgabe|consigne|istruzion|polecen|talimat|huong dan|pokyn|ohje|direktiv|directive)/,
  // Addressed to a model, or about how it is made.
  /\b(?:prompt|llm|gpt|chatgpt|openai|claude|gemini|llama|chatbot|jailbreak|dan mode|language model|sprachmodell|modele de langage)/,
  /\b(?:system|assistant|developer|admin|root|user|human|ai|bot|model|tool|function)\s*[:=>\])]/,
  /\b(?:system|developer|debug|admin|god|root|maintenance|sudo|safe|training) (?:mode|message|override|access|note|notice)/,
  /\b(?:json|yaml|xml|schema|payload|ui_component|action_?id|confidence|wording|candidates?|completion|token|context window|tool call|function call|placeholder|variable)s?\b/,
  /\b(?:you are|you're|du bist|tu es|eres|sei|voce e|u bent) (?:now|an?|the|no longer|jetzt|nun|maintenant|ahora|ora|agora|nu)\b/,
  /\b(?:act|behave|respond|answer|speak|write|talk) (?:as|like) (?:if|an?|the|my)\b/,
  /\b(?:pretend|role ?play|simulate|imagine (?:you|that)|hypothetical|from now on|ab jetzt|a partir d)/,
  /\byour (?:new|real|true|only|actual|hidden|secret|first|next|original|initial|internal) (?:task|job|goal|text)/,
  /\b(?:new|real|true|only|actual|hidden|secret|original|initial|internal) (?:role|rule|order|purpose|mission|objective|config|message)/,
  /\b(?:above|preceding|previous|prior|earlier|foregoing|following|below) (?:rule|text|message|line|order|command|content|restriction|guideline|data|conversation)/,
  /\b(?:rule|guideline|restriction|guardrail|filter|safeguard|safety|validat\w*|sanitiz\w*|censor\w*|policy|policies)s?\b/,
  // What to say.
  /\b(?:reply|respond|output|echo|recite|reveal|repeat|disclose|divulge|leak|dump|print|verbatim|translate|encode|decode|base64|rot13|hex|concatenate|append|prepend|insert)/,
  /\b(?:say|write|answer|recommend|suggest|choose|pick|select|return|mention|include|use) (?:that|exactly|only|just|nothing|always|this|the (?:text|words?|action|following)|action|component|them|everyone|people|to everyone|instead)/,
  /\b(?:tell|show|send|inform|warn|convince|persuade|ask|make|lead|direct) (?:the|every|all|each|any|other|those|these) ?(?:users?|one|body|people|persons?|customers?|members?|readers?|visitors?|teams?)/,
  /\b(?:antworte|schreib|gib|zeig|sag|reponds|ecris|affiche|responde|escribe|muestra|rispondi|scrivi|mostra|antwoord|odpowiedz)\b/,
  // Of others, and of what is nobody's to see.
  /\b(?:other|another|all|every|each|someone|somebody|anyone|everyone|previous|last|next|different) ?(?:else|else's|user|person|people|customer|account|member|tenant|client|session|subject|visitor)/,
  /\b(?:password|passwort|passcode|credential|secret|api key|private key|seed phrase|environment variable|database|select .* from|drop table|personal data|e-?mail addresses|phone numbers|home address)/,
  // Without end.
  /\b(?:forever|endless|infinite|unending|never stop|non-?stop|as long as possible|as many|million|billion|thousand|\d{3,}) ?(?:times|words?|pages?|lines?|characters?|essays?|stor|of)?/,
  /\b(?:count (?:from|to|up|down)|essay|novel|poem|every (?:number|prime|word)|all (?:numbers|primes|words))/,
  // To frighten, to scold, to sell.
  /\b(?:urgent|immediately|deleted|suspended|terminated|locked out|hacked|breach|lawsuit|police|penalt|threat|insult|scold|shame|mock|humiliat|swear|scream|shout|capital letters|all caps)/,
  /\b(?:idiot|stupid|dumb|loser|moron|lazy|pathetic|hate|kill|die|worthless)\b/,
  /\b(?:click|download|install|visit|browse|redirect|navigate|url|link|http|website|bitcoin|crypto|gift card|wire transfer|iban|whatsapp|telegram)/,
]
